package dev.weir.session;

import dev.weir.connectors.guard.Service;
import dev.weir.connectors.guard.Turn;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of one client, for all who wait for something on its behalf: when it comes, there is
 * nobody any more to wait for. Thread-safe; has no lock of its own.
 */
final class Ending {

    private final CountDownLatch over = new CountDownLatch(1);
    private final Set<Turn> turns = ConcurrentHashMap.newKeySet();

    /** It is there: ends every wait, also those that have yet to begin. Does not wait itself. */
    void come() {
        over.countDown();
        turns.forEach(Turn::cancel);
    }

    boolean hasCome() {
        return over.getCount() == 0;
    }

    /** Waits for it; {@return whether it came within that time} */
    boolean await(long nanos) throws InterruptedException {
        return over.await(nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Waits in the queue for the breaker of a service, in one place all the time.
     *
     * @param nanos how long at most
     * @return whether that service is to be called now; false when the end came first, too
     */
    boolean awaitCallable(Service service, long nanos) throws InterruptedException {
        Turn turn = service.turn();
        turns.add(turn);
        try {
            return !hasCome() && turn.await(nanos); // whoever comes from here on cancels it
        } finally {
            turns.remove(turn);
        }
    }
}
