package dev.weir.bench;

/** Numbers of RFC 6455, 5.2. */
final class Frames {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    static final int FIN = 0x80;
    static final int RESERVED = 0x70;
    static final int MASKED = 0x80;
    static final int CONTROL_PAYLOAD_MAX = 125;
    static final int NORMAL_CLOSURE = 1000;

    /** The close code of a close frame without one: RFC 6455, 7.1.5. */
    static final int NO_STATUS = 1005;

    private static final int SHORT = 126;
    private static final int LONG = 127;
    private static final int SHORT_MAX = 0xFFFF;

    private Frames() {}

    /** {@return how many bytes a masked frame of so much payload has} */
    static int length(int payload) {
        int header = payload < SHORT ? 2 : payload <= SHORT_MAX ? 4 : 10;
        return header + 4 + payload;
    }

    /** Writes the header of a masked, unfragmented frame, and {@return where it ends} */
    static int header(byte[] to, int at, int opcode, int payload, byte[] mask) {
        int next = at;
        to[next++] = (byte) (FIN | opcode);
        if (payload < SHORT) {
            to[next++] = (byte) (MASKED | payload);
        } else if (payload <= SHORT_MAX) {
            to[next++] = (byte) (MASKED | SHORT);
            to[next++] = (byte) (payload >>> 8);
            to[next++] = (byte) payload;
        } else {
            to[next++] = (byte) (MASKED | LONG);
            for (int shift = 56; shift >= 0; shift -= 8) {
                to[next++] = (byte) ((long) payload >>> shift);
            }
        }
        for (byte key : mask) {
            to[next++] = key;
        }
        return next;
    }

    /** {@return how long the header is that begins with these two bytes, mask included} */
    static int headerLength(int second) {
        int length = second & 0x7F;
        int header = length == SHORT ? 4 : length == LONG ? 10 : 2;
        return header + ((second & MASKED) == 0 ? 0 : 4);
    }

    /** {@return the length of the payload that a whole header tells; negative if it is absurd} */
    static long payloadLength(byte[] header) {
        int length = header[1] & 0x7F;
        if (length < SHORT) {
            return length;
        }
        long extended = 0;
        for (int i = 2; i < (length == SHORT ? 4 : 10); i++) {
            extended = (extended << 8) | (header[i] & 0xFF);
        }
        return extended;
    }
}
