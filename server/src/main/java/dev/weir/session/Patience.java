package dev.weir.session;

import dev.weir.config.WhenOpen;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.guard.Policy;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * How long one client waits for a service that cannot be had: while its breaker is open, and where
 * the route lets clients wait for a lost worker, also between attempts to reach it. In all not
 * longer than the route's {@code wait}. Of one thread.
 */
final class Patience {

    private final Upstream upstream;
    private final Ending ending;
    private final LongSupplier nanoClock;
    private final long deadline;
    private int attempts;

    /**
     * Begins to wait now.
     *
     * @param ending of who waits
     */
    Patience(Upstream upstream, Ending ending, LongSupplier nanoClock) {
        this.upstream = upstream;
        this.ending = ending;
        this.nanoClock = nanoClock;
        this.deadline = nanoClock.getAsLong() + upstream.route().clientWait().toNanos();
    }

    /** {@return whether to try again, after the wait that this failure calls for} */
    boolean waitAfter(LinkException failure) throws InterruptedException {
        boolean open = failure.kind() == Kind.NOT_TRIED;
        if (open && upstream.route().whenOpen() != WhenOpen.WAIT) {
            return false;
        }
        if (!open && (!upstream.clientsStay() || !failure.isFailureOfService())) {
            return false;
        }
        if (left() <= 0 || !upstream.enterRoom()) {
            return false;
        }
        try {
            return pause(failure)
                    && (!open || ending.awaitCallable(upstream.services().primary(), left()));
        } finally {
            upstream.leaveRoom();
        }
    }

    /** Exponential, with full jitter, so that clients that lost a service do not come as one. */
    private boolean pause(LinkException failure) throws InterruptedException {
        Policy.Retry retry = upstream.services().primary().policy().retry();
        long bound = Math.min(
                retry.backoffLimit().toNanos(),
                retry.backoff().toNanos() << Math.min(attempts++, 20));
        long asked = failure.retryAfter().map(Duration::toNanos).orElse(0L);
        boolean open = failure.kind() == Kind.NOT_TRIED;
        long nanos = ThreadLocalRandom.current().nextLong(Math.max(1, bound))
                + (open ? 0 : Math.min(asked, retry.backoffLimit().toNanos()));
        boolean ended = ending.await(Math.min(nanos, Math.max(0, left())));
        return !ended && left() > 0;
    }

    private long left() {
        return deadline - nanoClock.getAsLong();
    }
}
