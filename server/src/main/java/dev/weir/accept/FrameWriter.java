package dev.weir.accept;

import dev.weir.pair.Close;
import dev.weir.queue.FrameBuffer;
import dev.weir.session.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a {@link FrameConnection}: runs of data, and the control frames between them.
 *
 * <p>One write is with the end point at a time; whoever makes it has the turn. Of each kind of
 * control frame at most one waits for its turn, so that a peer that pings without reading makes
 * nothing grow (RFC 6455 section 5.5.3 allows to answer the last ping only). Behind a close frame
 * nothing is sent any more.
 *
 * <p>Thread-safe; its monitor is never held while writing. Data comes from one pump at a time.
 */
final class FrameWriter implements Wire {

    private static final int FIN = 0x80;

    private final EndPoint endPoint;
    private final LongSupplier nanoClock;
    private final Turn turn = new Turn();

    // Guarded by this.
    private boolean open;
    private boolean busy;
    private boolean writingData;
    private boolean writingClose;
    private @Nullable ByteBuffer nextPing;
    private @Nullable ByteBuffer nextPong;
    private @Nullable ByteBuffer nextClose;
    private boolean closing;
    private boolean closeSent;
    private boolean closeReceived;
    private boolean finishing;
    private @Nullable Throwable failure;

    /** A run is with the end point that it did not take at once; the pump only. */
    private boolean begun;

    /** The pump's thread, while it waits for a turn or for the end of a write. */
    private volatile @Nullable Thread waiter;

    FrameWriter(EndPoint endPoint, LongSupplier nanoClock) {
        this.endPoint = endPoint;
        this.nanoClock = nanoClock;
    }

    /** The end of the write that is with the end point. */
    private final class Turn implements Callback {

        @Override
        public void succeeded() {
            over(null);
        }

        @Override
        public void failed(Throwable cause) {
            over(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /** The handshake is answered: frames may be sent. */
    void open() {
        synchronized (this) {
            open = true;
        }
        wakeWaiter();
        sendControl();
    }

    /** The connection is gone; whoever waits is told. */
    void gone() {
        synchronized (this) {
            fail(new IOException("the connection is closed"));
        }
        wakeWaiter();
    }

    private void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    @Override
    public boolean tryWrite(FrameBuffer run) throws IOException {
        if (!takeTurn()) {
            return false;
        }
        ByteBuffer bytes = run.encoded();
        boolean written;
        try {
            written = endPoint.flush(bytes);
        } catch (IOException e) {
            over(e);
            throw e;
        }
        if (written) {
            over(null);
        } else {
            begun = true;
            endPoint.write(turn, bytes);
        }
        return written;
    }

    @Override
    public void write(FrameBuffer run, long nanos) throws IOException, InterruptedException {
        long start = nanoClock.getAsLong();
        if (!begun) {
            while (!takeTurn()) {
                await(nanos - (nanoClock.getAsLong() - start));
            }
            endPoint.write(turn, run.encoded());
        }
        begun = false;
        while (!isDataWritten()) {
            await(nanos - (nanoClock.getAsLong() - start));
        }
    }

    /** {@return whether a run may be written now} */
    private synchronized boolean takeTurn() throws IOException {
        checkAlive();
        if (closing) {
            throw new IOException("the connection is closing");
        }
        if (!open || busy) {
            return false;
        }
        busy = true;
        writingData = true;
        return true;
    }

    private synchronized boolean isDataWritten() throws IOException {
        if (writingData) {
            checkAlive();
        }
        return !writingData;
    }

    private synchronized void checkAlive() throws IOException {
        if (failure != null) {
            throw new IOException("the connection is gone", failure);
        }
    }

    private void await(long left) throws IOException, InterruptedException {
        if (left <= 0) {
            throw new SocketTimeoutException("the peer took no data in time");
        }
        waiter = Thread.currentThread();
        try {
            if (mustWait()) {
                LockSupport.parkNanos(this, left);
            }
        } finally {
            waiter = null;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private synchronized boolean mustWait() {
        return failure == null && (!open || busy);
    }

    private void wakeWaiter() {
        LockSupport.unpark(waiter);
    }

    /** The write that was with the end point is over. */
    private void over(@Nullable Throwable cause) {
        boolean more;
        boolean bothClosed;
        boolean finish;
        synchronized (this) {
            busy = false;
            writingData &= cause != null;
            if (cause != null) {
                fail(cause);
            }
            closeSent |= writingClose;
            writingClose = false;
            bothClosed = closeSent && closeReceived;
            finish = closeSent && finishing;
            more = hasControl();
        }
        wakeWaiter();
        if (cause != null || bothClosed) {
            endPoint.close(cause);
        } else if (finish) {
            endPoint.shutdownOutput();
        } else if (more) {
            sendControl();
        }
    }

    private boolean hasControl() {
        return nextClose != null || nextPong != null || nextPing != null;
    }

    /** Sends the control frame that waits, if it is anybody's turn. */
    private void sendControl() {
        ByteBuffer frame;
        synchronized (this) {
            if (!open || busy || failure != null || !hasControl()) {
                return;
            }
            busy = true;
            frame = takeControl();
        }
        endPoint.write(turn, frame);
    }

    private ByteBuffer takeControl() {
        ByteBuffer frame;
        if (nextPong != null) {
            frame = nextPong;
            nextPong = null;
        } else if (nextPing != null) {
            frame = nextPing;
            nextPing = null;
        } else {
            frame = nextClose == null ? BufferUtil.EMPTY_BUFFER : nextClose;
            nextClose = null;
            writingClose = true;
        }
        return frame;
    }

    private static ByteBuffer frame(int opcode, ByteBuffer payload) {
        ByteBuffer frame = ByteBuffer.allocate(2 + payload.remaining());
        return frame.put((byte) (FIN | opcode))
                .put((byte) payload.remaining())
                .put(payload.duplicate())
                .flip();
    }

    @Override
    public void ping(ByteBuffer payload) {
        synchronized (this) {
            if (closing) {
                return;
            }
            nextPing = frame(FrameDecoder.PING, payload);
        }
        sendControl();
    }

    /** Keeps it until {@link #flush}: a flood of pings must not become one of small packets. */
    @Override
    public void pong(ByteBuffer payload) {
        synchronized (this) {
            if (closing) {
                return;
            }
            nextPong = frame(FrameDecoder.PONG, payload);
        }
    }

    /** Answers the last of the pings that came together. */
    void flush() {
        sendControl();
    }

    @Override
    public void close(Close close) {
        synchronized (this) {
            if (closing || !open) {
                return; // what is not open yet asks for its end when it opens
            }
            closing = true;
            nextClose = frame(FrameDecoder.CLOSE, CloseFrame.payload(close));
        }
        sendControl();
    }

    /** The peer's close frame came: it is answered, and then the connection is over. */
    void answer(Close close) {
        boolean bothClosed;
        synchronized (this) {
            closeReceived = true;
            bothClosed = closeSent;
        }
        if (bothClosed) {
            endPoint.close();
        } else {
            close(close);
        }
    }

    /** Sends FIN behind the close frame, to a peer that is not understood any more. */
    void finish() {
        boolean now;
        synchronized (this) {
            finishing = true;
            now = closeSent;
        }
        if (now) {
            endPoint.shutdownOutput();
        }
    }

    @Override
    public void abort() {
        endPoint.close();
    }
}
