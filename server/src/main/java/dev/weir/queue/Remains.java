package dev.weir.queue;

/**
 * What was accepted but never written.
 *
 * @param bytes of payload
 * @param traced how many of the messages had a trace, which tells of their end
 */
public record Remains(int messages, long bytes, int traced) {

    /** Messages of which none was traced. */
    public Remains(int messages, long bytes) {
        this(messages, bytes, 0);
    }
}
