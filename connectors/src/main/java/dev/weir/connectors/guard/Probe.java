package dev.weir.connectors.guard;

import dev.weir.connectors.Connector;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.guard.Reachability.Answer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks in the background whether a service is there, one look at a time, and remembers what it
 * saw. What it finds does not count for the breaker: to be reachable is not to be well.
 */
final class Probe {

    private final Connector connector;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final AtomicReference<Sight> last;
    private final AtomicReference<@Nullable Thread> looking = new AtomicReference<>();
    private volatile boolean closed;

    private record Sight(Reachability what, long nanos) {}

    Probe(Connector connector, InstantSource clock, LongSupplier nanoClock) {
        this.connector = connector;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.last = new AtomicReference<>(
                new Sight(Reachability.UNKNOWN, nanoClock.getAsLong()));
    }

    Reachability last() {
        return last.get().what();
    }

    /** {@return what is known now} Has a look, without waiting for it, when that is older. */
    Reachability look(Duration maxAge) {
        Sight sight = last.get();
        boolean old = sight.what().answer() == Answer.UNKNOWN
                || nanoClock.getAsLong() - sight.nanos() >= maxAge.toNanos();
        if (old && !closed) {
            Thread thread = Thread.ofVirtual().name("connector-check").unstarted(this::look);
            if (looking.compareAndSet(null, thread)) {
                thread.start();
            }
        }
        return sight.what();
    }

    private void look() {
        try {
            connector.check();
            saw(Answer.YES, "");
        } catch (LinkException e) {
            saw(Answer.NO, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The service is closed: nobody asks any more.
        } catch (RuntimeException e) {
            saw(Answer.NO, e.toString());
        } finally {
            looking.set(null);
        }
    }

    private void saw(Answer answer, String text) {
        last.set(new Sight(
                new Reachability(answer, text, clock.instant()), nanoClock.getAsLong()));
    }

    void close() {
        closed = true;
        Thread thread = looking.get();
        if (thread != null) {
            thread.interrupt();
        }
    }
}
