package dev.weir.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What went through a session. What is received has one writer at a time, who reads the socket, and
 * what is sent has one, who moves the messages of the other direction; anybody may read.
 */
public final class Traffic {

    /** Messages and their payload bytes. */
    public record Count(long messages, long bytes) {}

    // Fields of one object, for they are all that many sessions ever touch.
    private static final VarHandle RECEIVED_MESSAGES = handle("receivedMessages");
    private static final VarHandle RECEIVED_BYTES = handle("receivedBytes");
    private static final VarHandle SENT_MESSAGES = handle("sentMessages");
    private static final VarHandle SENT_BYTES = handle("sentBytes");
    private static final VarHandle UNDELIVERED = handle("undelivered");

    private long receivedMessages;
    private long receivedBytes;
    private long sentMessages;
    private long sentBytes;

    @SuppressWarnings("unused") // through UNDELIVERED
    private long undelivered;

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(Traffic.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** One writer, so plain additions do; stores that others see sooner or later. */
    void received(boolean messageEnds, int bytes) {
        RECEIVED_MESSAGES.setOpaque(this, receivedMessages + (messageEnds ? 1 : 0));
        RECEIVED_BYTES.setOpaque(this, receivedBytes + bytes);
    }

    void sent(int messages, long bytes) {
        SENT_MESSAGES.setOpaque(this, sentMessages + messages);
        SENT_BYTES.setOpaque(this, sentBytes + bytes);
    }

    /** Counts messages of this session that were accepted or read but reached nobody. */
    void undelivered(long messages) {
        UNDELIVERED.getAndAdd(this, messages);
    }

    /** {@return what the peer sent to us} */
    public Count received() {
        return new Count(
                (long) RECEIVED_MESSAGES.getOpaque(this), (long) RECEIVED_BYTES.getOpaque(this));
    }

    /** {@return what was written to the peer} */
    public Count sent() {
        return new Count(
                (long) SENT_MESSAGES.getOpaque(this), (long) SENT_BYTES.getOpaque(this));
    }

    /** {@return messages of this session that reached nobody} */
    public long undelivered() {
        return (long) UNDELIVERED.getOpaque(this);
    }
}
