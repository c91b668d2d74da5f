package dev.weir.session;

import dev.weir.config.WhenOpen;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.guard.Policy;
import dev.weir.connectors.guard.Service;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long one client waits for a service that cannot be had: while its breaker is open, and where
 * the route lets clients wait for a lost worker, also between attempts to reach it. In all not
 * longer than the route's {@code wait}. Of one thread.
 */
final class Patience {

    /** How often somebody who waits looks whether its client has ended. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Upstream upstream;
    private final CountDownLatch over;
    private final LongSupplier nanoClock;
    private final long deadline;
    private int attempts;

    /**
     * Begins to wait now.
     *
     * @param over counted down when there is nobody any more to wait for
     */
    Patience(Upstream upstream, CountDownLatch over, LongSupplier nanoClock) {
        this.upstream = upstream;
        this.over = over;
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
            return pause(failure) && (!open || awaitService());
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
        boolean ended = over.await(Math.min(nanos, Math.max(0, left())), TimeUnit.NANOSECONDS);
        return !ended && left() > 0;
    }

    private boolean awaitService() throws InterruptedException {
        Service service = upstream.services().primary();
        while (over.getCount() > 0 && left() > 0) {
            if (service.awaitCallable(Math.min(left(), LOOK_NANOS))) {
                return true;
            }
        }
        return false;
    }

    private long left() {
        return deadline - nanoClock.getAsLong();
    }
}
