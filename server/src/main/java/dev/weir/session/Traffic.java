package dev.weir.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What went through a session. Each counter has one writer: the event thread for what is received,
 * the pump of the peer's direction for what is sent; anybody may read.
 */
public final class Traffic {

    /** Messages and their payload bytes. */
    public record Count(long messages, long bytes) {}

    private final AtomicLong receivedMessages = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final AtomicLong sentMessages = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong undelivered = new AtomicLong();

    void received(boolean messageEnds, int bytes) {
        add(receivedMessages, messageEnds ? 1 : 0);
        add(receivedBytes, bytes);
    }

    void sent(int messages, long bytes) {
        add(sentMessages, messages);
        add(sentBytes, bytes);
    }

    /** Counts messages of this session that were accepted or read but reached nobody. */
    void undelivered(long messages) {
        undelivered.addAndGet(messages);
    }

    /** {@return what the peer sent to us} */
    public Count received() {
        return new Count(receivedMessages.get(), receivedBytes.get());
    }

    /** {@return what was written to the peer} */
    public Count sent() {
        return new Count(sentMessages.get(), sentBytes.get());
    }

    /** {@return messages of this session that reached nobody} */
    public long undelivered() {
        return undelivered.get();
    }

    /** One writer, so a plain addition does; a store that others see sooner or later. */
    private static void add(AtomicLong counter, long more) {
        counter.setOpaque(counter.getPlain() + more);
    }
}
