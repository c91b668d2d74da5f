package dev.weir;

import dev.weir.session.Phase;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The steps by which the sessions of a node come to their end. Belongs to one thread. */
final class Drain {

    private static final Duration POLL = Duration.ofMillis(20);

    private final Sessions sessions;
    private final CountDownLatch closed;
    private final LongSupplier nanoClock;

    /**
     * A drain of these sessions.
     *
     * @param closed cuts every wait short
     */
    Drain(Sessions sessions, CountDownLatch closed, LongSupplier nanoClock) {
        this.sessions = sessions;
        this.closed = closed;
        this.nanoClock = nanoClock;
    }

    /** Lets load balancers see that this node is not ready any more. */
    void pause(Duration delay) throws InterruptedException {
        pauseNanos(delay.toNanos());
    }

    private boolean pauseNanos(long nanos) throws InterruptedException {
        return !closed.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Ends who waits for a partner: nobody will come any more. */
    void endThoseWithoutPartner() {
        for (Session session : sessions.all()) {
            if (session.phase() != Phase.PAIRED) {
                session.drain();
            }
        }
    }

    /** Ends all that are left, at times spread over the jitter. */
    void endAllWithin(Duration jitter) throws InterruptedException {
        List<Session> left = List.copyOf(sessions.all());
        long start = nanoClock.getAsLong();
        for (int i = 0; i < left.size(); i++) {
            // Each in its own share of the time, at a random moment of that share.
            double share = (i + ThreadLocalRandom.current().nextDouble()) / left.size();
            long due = (long) (jitter.toNanos() * share);
            if (!pauseNanos(due - (nanoClock.getAsLong() - start))) {
                return;
            }
            left.get(i).drain();
        }
    }

    /** Waits until no session is left, at most so long; ends newly single ones meanwhile. */
    void awaitNoneLeft(Duration deadline) throws InterruptedException {
        long start = nanoClock.getAsLong();
        while (sessions.count() > 0
                && nanoClock.getAsLong() - start < deadline.toNanos()
                && pauseNanos(POLL.toNanos())) {
            endThoseWithoutPartner();
        }
    }
}
