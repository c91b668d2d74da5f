package dev.weir.session;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The messages of one client that are on their way to a service: one, in the pump's own thread and
 * in order, or several at once, each on a virtual thread, as many as allowed.
 */
final class InFlight {

    /** One message's way. */
    interface Delivery {
        void run() throws InterruptedException;
    }

    private final int limit;
    private final Semaphore free;

    InFlight(int limit) {
        this.limit = limit;
        this.free = new Semaphore(limit);
    }

    /** {@return whether one message follows the other} */
    boolean oneAtATime() {
        return limit == 1;
    }

    /**
     * Delivers at once, or when another delivery is done, which its deadlines bound; the pump only.
     */
    void deliver(Delivery delivery) throws InterruptedException {
        if (limit == 1) {
            delivery.run();
            return;
        }
        free.acquire();
        Thread.ofVirtual().name("delivery").start(() -> {
            try {
                delivery.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                free.release();
            }
        });
    }

    /** Waits until none is on its way, for that long at most. */
    void awaitNone(Duration patience) {
        try {
            if (free.tryAcquire(limit, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                free.release(limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
