package dev.weir.connectors.guard;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The clock for waiting in the shape that a library asks for: it starts at the epoch, and nobody
 * sets it.
 */
final class SteadyClock extends Clock {

    private final LongSupplier nanoClock;
    private final long origin;

    SteadyClock(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.origin = nanoClock.getAsLong();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(nanoClock.getAsLong() - origin);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /** {@return this: its zone means nothing} */
    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
