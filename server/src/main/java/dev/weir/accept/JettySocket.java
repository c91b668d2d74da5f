package dev.weir.accept;

import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.queue.FrameBuffer;
import dev.weir.session.Activity;
import dev.weir.session.Session;
import dev.weir.session.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.CloseException;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a session with an extension (compression), on Jetty's frame API; without one it is
 * a {@link FrameConnection}.
 *
 * <p>Jetty calls {@code onFrame} on a virtual thread of its own for each readable event, never two
 * at once for a connection. The next frame is asked for only when the last one is in the outbox,
 * and always from inside {@code onFrame}: a demand from elsewhere would run the next one on a
 * platform thread. Not asking is what pushes back on the sender.
 */
final class JettySocket implements FrameHandler, Wire {

    private final LongSupplier nanoClock;
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicReference<@Nullable ByteBuffer> nextPong = new AtomicReference<>();
    private final AtomicBoolean ponging = new AtomicBoolean();

    private volatile @Nullable CoreSession core;

    private @Nullable Session session;

    JettySocket(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Sets whose socket it is; before the answer to the handshake is sent. */
    void bind(Session owner) {
        session = owner;
    }

    private Session session() {
        return Objects.requireNonNull(session);
    }

    @Override
    public void onOpen(CoreSession connection, Callback callback) {
        core = connection;
        opened.countDown();
        session().activity().reading();
        try {
            session().opened();
        } finally {
            session().activity().doneReading();
        }
        callback.succeeded();
        End end = session().end();
        if (end != null) { // it was ended between the answer and now
            if (end.close().mayBeSent()) {
                close(end.close());
            } else {
                abort();
            }
        }
        connection.demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        ByteBuffer payload = frame.hasPayload() ? frame.getPayload() : BufferUtil.EMPTY_BUFFER;
        Activity activity = session().activity();
        activity.reading();
        try {
            switch (frame.getOpCode()) {
                case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
                    session().arrived();
                    session().frame(frame.getOpCode(), frame.isFin(), payload, true);
                    session().flush();
                }
                case OpCode.PING -> session().ping(payload, true);
                case OpCode.PONG -> session().pong(payload);
                case OpCode.CLOSE -> session().closedByPeer(closeOf(frame));
                default -> throw new IllegalArgumentException("opcode " + frame.getOpCode());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
            return;
        } catch (RuntimeException e) {
            session().end(new End(session().side(), CloseReason.INTERNAL_ERROR));
            callback.failed(e);
            return;
        } finally {
            activity.doneReading();
        }
        callback.succeeded();
        if (frame.getOpCode() != OpCode.CLOSE) {
            Objects.requireNonNull(core).demand();
        }
    }

    private static Close closeOf(Frame frame) {
        CloseStatus status = CloseStatus.getCloseStatus(frame);
        String text = status.getReason();
        return new Close(status.getCode(), text == null ? "" : text);
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        // What Jetty itself found wrong; it has told the peer.
        boolean protocol = cause instanceof CloseException;
        CloseReason reason = protocol ? CloseReason.PROTOCOL_ERROR : CloseReason.LOST;
        session().end(new End(session().side(), reason));
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        session().activity().reading();
        try {
            session().gone();
        } finally {
            session().activity().doneReading();
        }
        callback.succeeded();
    }

    /** Never at once: what compresses a message takes its time. */
    @Override
    public boolean tryWrite(FrameBuffer run) {
        return false;
    }

    @Override
    public void write(FrameBuffer run, long nanos) throws IOException, InterruptedException {
        long start = nanoClock.getAsLong();
        if (!opened.await(nanos, TimeUnit.NANOSECONDS)) {
            throw new SocketTimeoutException("the connection did not open in time");
        }
        CoreSession connection = Objects.requireNonNull(core);
        WriteCompletion completion = new WriteCompletion();
        int offset = 0;
        for (int left = run.frames(); left > 0; left--) {
            FrameBuffer.Frame frame = run.frameAt(offset);
            int length = frame.payload().remaining();
            offset += FrameBuffer.headerLength(length) + length;
            Frame out = new Frame((byte) frame.opcode(), frame.fin(), frame.payload());
            connection.sendFrame(out, left == 1 ? completion : Callback.NOOP, left > 1);
        }
        completion.await(nanos - (nanoClock.getAsLong() - start), nanoClock);
    }

    @Override
    public void ping(ByteBuffer payload) {
        CoreSession connection = core;
        if (connection != null) {
            connection.sendFrame(new Frame(OpCode.PING, payload), Callback.NOOP, false);
        }
    }

    /**
     * At most one pong is with Jetty at a time, and one waits here, so that a peer that pings
     * without reading makes nothing grow. RFC 6455 section 5.5.3 allows to answer the last only.
     */
    @Override
    public void pong(ByteBuffer payload) {
        nextPong.set(BufferUtil.copy(payload));
        if (ponging.compareAndSet(false, true)) {
            sendNextPong();
        }
    }

    private void sendNextPong() {
        ByteBuffer payload = nextPong.getAndSet(null);
        CoreSession connection = core;
        if (payload != null && connection != null) {
            Callback next = Callback.from(this::sendNextPong, failure -> {});
            connection.sendFrame(new Frame(OpCode.PONG, payload), next, false);
            return;
        }
        ponging.set(false);
        if (nextPong.get() != null && ponging.compareAndSet(false, true)) {
            sendNextPong(); // one came in just before
        }
    }

    @Override
    public void close(Close close) {
        CoreSession connection = core;
        if (connection != null) {
            connection.sendFrame(CloseFrame.of(close), Callback.NOOP, false);
        }
    }

    @Override
    public void abort() {
        CoreSession connection = core;
        if (connection != null) {
            connection.abort();
        }
    }
}
