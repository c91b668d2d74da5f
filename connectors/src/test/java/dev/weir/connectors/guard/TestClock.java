package dev.weir.connectors.guard;

import dev.weir.connectors.Deadlines;
import dev.weir.connectors.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until it is told to go on. */
final class TestClock {

    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    /** Not at zero, and about to wrap, as the real one may be. */
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

    private final AtomicLong nanos = new AtomicLong(ORIGIN);

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    Instant instant() {
        return START.plusNanos(nanos.get() - ORIGIN);
    }

    long nanos() {
        return nanos.get();
    }

    Environment environment() {
        return new Environment("orders", "node-1", Deadlines.defaults(), 1024 * 1024,
                this::instant, this::nanos);
    }
}
