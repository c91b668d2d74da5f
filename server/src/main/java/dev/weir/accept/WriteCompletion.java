package dev.weir.accept;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The end of one write, for the thread that waits for it. An uncongested write completes before the
 * wait begins, and then nothing parks. Made by the thread that awaits.
 */
final class WriteCompletion implements Callback {

    private final Thread writer = Thread.currentThread();
    private volatile boolean done;
    private @Nullable Throwable failure;

    @Override
    public void succeeded() {
        done = true;
        LockSupport.unpark(writer);
    }

    @Override
    public void failed(Throwable cause) {
        failure = cause; // published by the write to done
        succeeded();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Waits for the end of the write, at most so long. */
    void await(long nanos, LongSupplier nanoClock)
            throws IOException, InterruptedException {
        if (!done) {
            long start = nanoClock.getAsLong();
            while (!done) {
                long left = nanos - (nanoClock.getAsLong() - start);
                if (left <= 0) {
                    throw new SocketTimeoutException("the peer took no data in time");
                }
                LockSupport.parkNanos(this, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        if (failure != null) {
            throw new IOException("the connection is gone", failure);
        }
    }
}
