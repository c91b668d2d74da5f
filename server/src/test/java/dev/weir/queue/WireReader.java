package dev.weir.queue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads frames as a client would, straight from RFC 6455 section 5.2 and with no code of the relay,
 * so that it can contradict the encoder.
 */
public final class WireReader {

    /** One frame as it stood on the wire; the payload is a view of the stream. */
    public record WireFrame(int opcode, boolean fin, ByteBuffer payload) {}

    private WireReader() {}

    /** {@return the frames of a stream that ends with a frame's last byte} */
    public static List<WireFrame> frames(ByteBuffer stream) {
        ByteBuffer bytes = stream.duplicate();
        List<WireFrame> frames = new ArrayList<>();
        while (bytes.hasRemaining()) {
            frames.add(next(bytes));
        }
        return frames;
    }

    private static WireFrame next(ByteBuffer bytes) {
        int first = bytes.get() & 0xff;
        if ((first & 0b0111_0000) != 0) {
            throw new AssertionError("reserved bits are set: " + first);
        }
        int second = bytes.get() & 0xff;
        if (second > 127) {
            throw new AssertionError("a server must not mask");
        }
        long length = second;
        if (second == 126) {
            length = bytes.getShort() & 0xffffL;
            shortest(length > 125, length);
        } else if (second == 127) {
            length = bytes.getLong();
            shortest(length > 0xffff, length);
        }
        ByteBuffer payload = bytes.slice(bytes.position(), Math.toIntExact(length));
        bytes.position(bytes.position() + payload.remaining());
        return new WireFrame(first & 0b1111, first > 127, payload);
    }

    /** The minimal number of bytes must be used to encode the length. */
    private static void shortest(boolean is, long length) {
        if (!is) {
            throw new AssertionError("there is a shorter form for a length of " + length);
        }
    }
}
