package dev.weir.accept;

import dev.weir.accept.FrameDecoder.Violation;
import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.queue.FrameBuffer;
import dev.weir.session.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A WebSocket without extensions, right on Jetty's end point: the receiving half of it, and the
 * making of both. Frames go from the socket into the session's outbox and from there to the other
 * side's socket, and nothing between knows more of them than it needs.
 *
 * <p>What a socket brings is read and forwarded where the selector finds it, as long as nothing has
 * to wait. The moment something has to (the outbox is full, the session ends), a virtual thread
 * takes over, waits as long as it takes, and then asks the selector for more; until then the socket
 * is not read, which is what pushes back on the sender. So no session can hold up a selector, and
 * one that flows costs no change of threads.
 */
final class FrameConnection extends AbstractConnection implements Connection.UpgradeTo {

    private static final Logger log = LoggerFactory.getLogger(FrameConnection.class);

    /** One read of the socket at most. Bytes; also the largest part of a frame. */
    private static final int READ_BYTES = FrameBuffer.PAYLOAD_MAX;

    private final Session session;
    private final FrameWriter writer;
    private final ByteBufferPool buffers;
    private final FrameDecoder decoder = new FrameDecoder();
    private final Callback readable = new OnReadable();

    /** What came with the request, before the answer; null without that. */
    private @Nullable RetainableByteBuffer early;

    /** The decoder's frame had to wait and comes again; for who reads. */
    private boolean deferred;

    /** The rest of what comes is no use: it is read only to see the end. */
    private boolean deaf;

    FrameConnection(
            EndPoint endPoint,
            Executor executor,
            ByteBufferPool buffers,
            Session session,
            FrameWriter writer) {
        super(endPoint, executor);
        this.session = session;
        this.writer = writer;
        this.buffers = buffers;
    }

    /** The selector calls it, and must not be made to wait. */
    private final class OnReadable implements Callback {

        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable cause) {
            getEndPoint().close(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    @Override
    public void onUpgradeTo(ByteBuffer brought) {
        if (BufferUtil.hasContent(brought)) {
            RetainableByteBuffer buffer = buffers.acquire(brought.remaining(), true);
            BufferUtil.append(buffer.getByteBuffer(), brought);
            early = buffer;
        }
    }

    @Override
    public void onOpen() {
        super.onOpen();
        session.activity().reading();
        try {
            session.opened();
        } finally {
            session.activity().doneReading();
        }
        writer.open();
        End end = session.end();
        if (end != null) { // it was ended between the answer and now
            if (end.close().mayBeSent()) {
                writer.close(end.close());
            } else {
                writer.abort();
            }
        }
        RetainableByteBuffer brought = early;
        if (brought == null) {
            askForMore();
        } else {
            early = null;
            readOnVirtualThread(brought);
        }
    }

    private void askForMore() {
        fillInterested(readable);
    }

    /** Reads once; what there is beyond that waits for its turn among the other sessions. */
    @Override
    public void onFillable() {
        RetainableByteBuffer buffer = buffers.acquire(READ_BYTES, true);
        int filled = fill(buffer.getByteBuffer());
        if (filled < 0) {
            buffer.release();
            getEndPoint().close();
        } else if (filled == 0 || handleAtOnce(buffer.getByteBuffer())) {
            buffer.release();
            askForMore();
        } else {
            readOnVirtualThread(buffer);
        }
    }

    private int fill(ByteBuffer into) {
        try {
            return getEndPoint().fill(into);
        } catch (IOException e) {
            return -1;
        }
    }

    private boolean handleAtOnce(ByteBuffer bytes) {
        try {
            return handle(bytes, false);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing waited", e);
        }
    }

    private void readOnVirtualThread(RetainableByteBuffer buffer) {
        Thread.ofVirtual().name("read-" + session.id()).start(() -> {
            try {
                handle(buffer.getByteBuffer(), true);
                askForMore();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                getEndPoint().close(e);
            } finally {
                buffer.release();
            }
        });
    }

    /**
     * Hands over all that there is.
     *
     * @return false when something has to wait and may not; the rest is still in the buffer then
     */
    private boolean handle(ByteBuffer bytes, boolean mayWait) throws InterruptedException {
        session.activity().reading();
        try {
            if (!deferred) {
                session.arrived();
                decoder.feed(bytes);
            }
            while (!deaf && (deferred || decoder.next())) {
                deferred = !handOver(mayWait);
                if (deferred) {
                    return false;
                }
            }
            decoder.release();
        } catch (Violation e) {
            failLater(CloseReason.PROTOCOL_ERROR, Level.DEBUG, e);
        } catch (RuntimeException e) {
            failLater(CloseReason.INTERNAL_ERROR, Level.ERROR, e);
        } finally {
            session.flush();
            writer.flush();
            session.activity().doneReading();
        }
        return true;
    }

    /** Fails it on a thread that may log. */
    private void failLater(CloseReason reason, Level level, Exception cause) {
        deaf = true;
        Thread.ofVirtual().name("end-" + session.id()).start(() -> {
            log.atLevel(level)
                    .addKeyValue("session", session.id())
                    .setCause(cause)
                    .log("cannot read what came");
            fail(reason);
        });
    }

    private void fail(CloseReason reason) {
        deaf = true; // its answer cannot be told from the rest
        session.end(new End(session.side(), reason));
        writer.finish();
    }

    private boolean handOver(boolean mayWait) throws InterruptedException {
        switch (decoder.opcode()) {
            case FrameDecoder.PING -> session.ping(decoder.payload().slice(), mayWait);
            case FrameDecoder.PONG -> session.pong(decoder.payload().slice());
            case FrameDecoder.CLOSE -> {
                if (!mayWait) {
                    return false; // an end is told on a thread that may log it
                }
                closed(decoder.payload().slice());
            }
            default -> {
                return session.frame(
                        decoder.opcode(), decoder.fin(), decoder.payload(), mayWait);
            }
        }
        return true;
    }

    /** The peer's close frame came; nothing may come behind it. */
    private void closed(ByteBuffer payload) {
        deaf = true;
        session.flush(); // its last words
        Close close;
        try {
            close = CloseFrame.parse(payload);
            if (close.mayBeSent()) {
                session.closedByPeer(close);
            } else {
                fail(CloseReason.PROTOCOL_ERROR);
            }
        } catch (CharacterCodingException e) {
            close = CloseReason.INVALID_UTF8.close();
            fail(CloseReason.INVALID_UTF8);
        }
        writer.answer(close);
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        writer.gone();
        Thread.ofVirtual().name("gone-" + session.id()).start(this::bury);
    }

    private void bury() {
        session.activity().reading();
        try {
            session.gone();
        } finally {
            session.activity().doneReading();
        }
    }
}
