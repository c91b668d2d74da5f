package dev.weir.session;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Message;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.MessageTrace;
import dev.weir.queue.Opcode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole messages of a client's frames, for a service that takes no less. What they occupy
 * counts against the memory of the node until they are settled.
 *
 * <p>The pump adds; whoever delivers a message settles it; anybody may close.
 */
final class MessageAssembly {

    private final Caller caller;
    private final @Nullable String inherited;
    private final Session.Shared shared;
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream(0);

    private boolean text;
    private long number;
    private @Nullable Message whole;

    /** Bytes of the message that is being put together; guarded by this. */
    private int reserved;

    private boolean closed;

    /**
     * Makes messages of that client.
     *
     * @param inherited the trace of messages that are not traced here, or null
     */
    MessageAssembly(Caller caller, @Nullable String inherited, Session.Shared shared) {
        this.caller = caller;
        this.inherited = inherited;
        this.shared = shared;
    }

    /**
     * Adds a frame.
     *
     * @param trace of the message that it completes, or null
     * @return false when there is no memory for it
     */
    boolean add(FrameBuffer.Frame frame, @Nullable MessageTrace trace) {
        whole = null;
        ByteBuffer payload = frame.payload();
        int length = payload.remaining();
        if (!reserve(length)) {
            return false;
        }
        if (frame.opcode() != Opcode.CONTINUATION) {
            text = frame.opcode() == Opcode.TEXT;
        }
        byte[] bytes = new byte[length];
        payload.get(payload.position(), bytes);
        if (frame.fin() && parts.size() == 0) {
            whole = message(bytes, trace);
        } else {
            parts.write(bytes, 0, length);
            if (frame.fin()) {
                whole = message(parts.toByteArray(), trace);
                parts.reset();
            }
        }
        return true;
    }

    private Message message(byte[] payload, @Nullable MessageTrace trace) {
        String id = caller.session() + "-" + ++number;
        synchronized (this) {
            reserved = 0; // it is the message's now
        }
        String traceparent = trace == null ? inherited : trace.traceparent();
        return Message.outgoing(id, text, payload, shared.clock().instant(), traceparent);
    }

    private synchronized boolean reserve(int bytes) {
        if (closed || !shared.pool().tryReserve(bytes)) {
            return false;
        }
        reserved += bytes;
        return true;
    }

    /** {@return the message that the last frame completed, or null} */
    @Nullable Message whole() {
        return whole;
    }

    /** The message is delivered or reported; its memory is free. */
    void settled(Message message) {
        shared.pool().unreserve(message.length());
    }

    /** Gives back what a half message holds, for good. */
    synchronized void close() {
        closed = true;
        shared.pool().unreserve(reserved);
        reserved = 0;
    }
}
