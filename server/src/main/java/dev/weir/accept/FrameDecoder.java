package dev.weir.accept;

import dev.weir.queue.Opcode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a client (RFC 6455 section 5.2) out of what its socket brings, in whatever
 * pieces that comes, and takes their masks off in place. A data frame that is not there in whole is
 * told in parts, as if it had been fragmented so; a control frame always in whole.
 *
 * <p>{@link #next} tells whether there is something; the other methods then say what. Not
 * thread-safe.
 */
final class FrameDecoder {

    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final int HEADER_MAX = 14;
    private static final int CONTROL_MAX = 125;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0f;
    private static final int CONTROL = 0x08;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7f;

    /** A frame that RFC 6455 forbids; the connection is to be failed with 1002. */
    static final class Violation extends Exception {
        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message, null, false, false);
        }
    }

    // The frame that is being read.
    private boolean inFrame;
    private boolean finalFrame;
    private int frameOpcode;
    private long left;
    private int mask;

    /** A message has begun and its last frame has not come. */
    private boolean inMessage;

    /** The beginning of a header or of a control frame that was cut off; null without one. */
    private @Nullable ByteBuffer rest;

    // What next() has found.
    private int opcode;
    private boolean fin;
    private ByteBuffer payload = NOTHING;

    /** What the socket brought, and a view of it that {@link #payload} is cut out of. */
    private ByteBuffer in = NOTHING;

    private ByteBuffer view = NOTHING;

    /** {@return the opcode; that of a continuation for what follows the first part of a frame} */
    int opcode() {
        return opcode;
    }

    /** {@return whether a message, or a control frame, ends with this} */
    boolean fin() {
        return fin;
    }

    /**
     * {@return the payload, unmasked; a little-endian view that is good until the next call of
     * {@link #next}}
     */
    ByteBuffer payload() {
        return payload;
    }

    /**
     * Takes what the socket brought, when what it brought before is used up. The decoder moves its
     * position and writes into it.
     */
    void feed(ByteBuffer bytes) {
        in = bytes;
        view = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Lets go of what it was fed. */
    void release() {
        in = NOTHING;
        view = NOTHING;
        payload = NOTHING;
    }

    /**
     * Reads the next frame, or the next part of one.
     *
     * @return false when all is used up
     * @throws Violation when it is no frame that a client may send now
     */
    boolean next() throws Violation {
        if (!inFrame && !readHeader()) {
            return false;
        }
        return (frameOpcode & CONTROL) == 0 ? nextPart() : nextControl();
    }

    private boolean nextPart() {
        int length = (int) Math.min(left, in.remaining());
        if (length == 0 && left > 0) {
            return false;
        }
        show(length);
        opcode = frameOpcode;
        frameOpcode = Opcode.CONTINUATION;
        left -= length;
        inFrame = left > 0;
        fin = finalFrame && !inFrame;
        return true;
    }

    private boolean nextControl() {
        int length = (int) left;
        ByteBuffer before = rest;
        if (before == null && in.remaining() >= length) {
            show(length);
        } else {
            before = before == null ? ByteBuffer.allocate(CONTROL_MAX) : before;
            rest = before;
            move(before, length);
            if (before.position() < length) {
                return false;
            }
            rest = null;
            payload = before.flip().order(ByteOrder.LITTLE_ENDIAN);
            unmask(payload, mask);
        }
        opcode = frameOpcode;
        fin = true;
        inFrame = false;
        return true;
    }

    /** Shows the next bytes as the payload, unmasked. */
    private void show(int length) {
        int from = in.position();
        payload = view.limit(from + length).position(from);
        mask = unmask(payload, mask);
        in.position(from + length);
    }

    private boolean readHeader() throws Violation {
        ByteBuffer header = in;
        if (rest != null) {
            header = rest;
            // A header's length shows in its first two bytes.
            move(header, 2);
            if (header.position() >= 2) {
                move(header, headerLength(header.get(1)));
            }
            header.flip();
        }
        int available = header.remaining();
        int at = header.position();
        if (available >= 2) {
            checkFirst(header.get(at), header.get(at + 1));
        }
        if (available < 2 || available < headerLength(header.get(at + 1))) {
            if (available > 0) {
                ByteBuffer begun = ByteBuffer.allocate(HEADER_MAX);
                begun.put(header);
                rest = begun;
            }
            return false;
        }
        int length = headerLength(header.get(at + 1));
        readHeader(header, at, length);
        header.position(at + length);
        rest = null;
        return true;
    }

    /** Moves bytes until {@code to} has so many, or there are no more. */
    private void move(ByteBuffer to, int until) {
        int more = Math.min(until - to.position(), in.remaining());
        if (more > 0) {
            to.put(to.position(), in, in.position(), more);
            to.position(to.position() + more);
            in.position(in.position() + more);
        }
    }

    private static int headerLength(int second) {
        return switch (second & LENGTH) {
            case 126 -> 8;
            case 127 -> HEADER_MAX;
            default -> 6;
        };
    }

    private static void checkFirst(int first, int second) throws Violation {
        if ((first & RESERVED) != 0) {
            throw new Violation("reserved bits are set");
        } else if ((second & MASKED) == 0) {
            throw new Violation("the frame is not masked"); // and its header is shorter, too
        }
    }

    private void readHeader(ByteBuffer header, int at, int headerLength) throws Violation {
        int first = header.get(at);
        int second = header.get(at + 1);
        long length = switch (headerLength) {
            case 8 -> header.getShort(at + 2) & 0xffff;
            case HEADER_MAX -> header.getLong(at + 2);
            default -> second & LENGTH;
        };
        boolean last = (first & FIN) != 0;
        check(first & OPCODE, last, length, headerLength);
        frameOpcode = first & OPCODE;
        finalFrame = last;
        left = length;
        mask = Integer.reverseBytes(header.getInt(at + headerLength - Integer.BYTES));
        inFrame = true;
        if ((frameOpcode & CONTROL) == 0) {
            inMessage = !last;
        }
    }

    private void check(int named, boolean last, long length, int headerLength) throws Violation {
        switch (named) {
            case Opcode.CONTINUATION -> {
                if (!inMessage) {
                    throw new Violation("a continuation of no message");
                }
            }
            case Opcode.TEXT, Opcode.BINARY -> {
                if (inMessage) {
                    throw new Violation("a new message before the end of the last");
                }
            }
            case CLOSE, PING, PONG -> {
                if (!last || length > CONTROL_MAX) {
                    throw new Violation("a control frame that is fragmented or too long");
                }
            }
            default -> throw new Violation("the reserved opcode " + named);
        }
        boolean shortest = switch (headerLength) {
            case 8 -> length > CONTROL_MAX;
            case HEADER_MAX -> length > 0xffff;
            default -> true;
        };
        if (!shortest) { // or the first bit of eight is set
            throw new Violation("a length that is not in its shortest form");
        }
    }

    /**
     * Takes the mask off, eight bytes at a time.
     *
     * @param bytes from position to limit, little-endian
     * @param key the first byte of the mask is its lowest
     * @return the mask for what follows
     */
    private static int unmask(ByteBuffer bytes, int key) {
        int at = bytes.position();
        int end = bytes.limit();
        long wide = (key & 0xffff_ffffL) * 0x1_0000_0001L;
        int words = at + ((end - at) & -Long.BYTES);
        for (; at < words; at += Long.BYTES) {
            bytes.putLong(at, bytes.getLong(at) ^ wide);
        }
        int turned = key;
        for (; at < end; at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ turned));
            turned = Integer.rotateRight(turned, Byte.SIZE);
        }
        return turned;
    }
}
