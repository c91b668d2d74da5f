package dev.weir.e2e.seed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One direction of one pair: who sends, who receives, and what must be true of it. Each message
 * carries its flow, its number and the time at which it was due, and is text or binary by flow.
 *
 * <p>One thread sends, one receives; the counters may be read by any.
 */
final class Flow {
    private static final HexFormat HEX = HexFormat.of();
    private static final int NUMBER_AT = 4;
    private static final int DUE_AT = 20;
    private static final int HEADER_CHARS = 36;
    private static final byte PADDING = '.';

    private final int id;
    private final int opcode;
    private final WsPeer sender;
    private final byte[] message;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong misplaced = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private long next; // the receiver's

    Flow(int id, WsPeer sender, int messageBytes) {
        if (messageBytes <= HEADER_CHARS || id < 0 || id > Short.MAX_VALUE) {
            throw new IllegalArgumentException("flow " + id + " of " + messageBytes + " bytes");
        }
        this.id = id;
        this.sender = sender;
        this.opcode = id % 4 < 2 ? WsPeer.TEXT : WsPeer.BINARY;
        this.message = new byte[messageBytes];
        Arrays.fill(message, PADDING);
    }

    /** Sends the next message. Due is in {@link System#nanoTime()}, and may be in the past. */
    void send(long due) throws IOException {
        String header = HEX.toHexDigits((short) id)
                + HEX.toHexDigits(sent.get())
                + HEX.toHexDigits(due);
        System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, message, 0, HEADER_CHARS);
        sender.send(opcode, message);
        sent.incrementAndGet();
    }

    /** Checks a message that came out at the other end, and returns when it was due. */
    long receive(WsPeer.Frame frame) {
        ByteBuffer payload = frame.payload();
        String text = StandardCharsets.US_ASCII.decode(payload).toString();
        if (frame.opcode() != opcode
                || !frame.fin()
                || text.length() != message.length
                || HexFormat.fromHexDigits(text, 0, NUMBER_AT) != id
                || text.charAt(text.length() - 1) != PADDING) {
            damaged.incrementAndGet();
            return System.nanoTime();
        }
        long number = HexFormat.fromHexDigitsToLong(text, NUMBER_AT, DUE_AT);
        if (number != next) {
            misplaced.incrementAndGet();
        }
        next = Math.max(next, number + 1);
        received.incrementAndGet();
        return HexFormat.fromHexDigitsToLong(text, DUE_AT, HEADER_CHARS);
    }

    long sent() {
        return sent.get();
    }

    /** Messages that arrived, in whatever order. */
    long received() {
        return received.get();
    }

    /** Messages that were not the next one in order: after a gap, doubled, or overtaken. */
    long misplaced() {
        return misplaced.get();
    }

    /** Messages of another flow, type, length or content. */
    long damaged() {
        return damaged.get();
    }
}
