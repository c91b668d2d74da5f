package dev.weir;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket frame as it is on the wire (RFC 6455 section 5.2), legal or not.
 *
 * @param rsv the three reserved bits, {@code RSV1} is 4
 */
@SuppressWarnings("ArrayRecordComponent")
record Frame(boolean fin, int rsv, int opcode, byte[] payload) {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** The bit of permessage-deflate. */
    static final int RSV1 = 4;

    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

    static Frame of(boolean fin, int opcode, byte[] payload) {
        return new Frame(fin, 0, opcode, payload);
    }

    static Frame of(boolean fin, int opcode, String payload) {
        return of(fin, opcode, payload.getBytes(StandardCharsets.UTF_8));
    }

    static Frame text(String text) {
        return of(true, TEXT, text);
    }

    static Frame binary(byte[] bytes) {
        return of(true, BINARY, bytes);
    }

    static Frame close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return of(true, CLOSE, ByteBuffer.allocate(Short.BYTES + text.length)
                .putShort((short) code).put(text).array());
    }

    static Frame emptyClose() {
        return of(true, CLOSE, "");
    }

    boolean control() {
        return opcode >= CLOSE;
    }

    String asText() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** {@return what a close frame says, as {@code 1001 reason}; {@code no code} when empty} */
    String asClose() {
        if (payload.length == 0) {
            return "no code";
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        int code = bytes.getShort() & 0xffff;
        return (code + " " + StandardCharsets.UTF_8.decode(bytes)).strip();
    }

    /** {@return the frame as a client sends it} */
    byte[] masked() {
        byte[] header = header(0x80);
        byte[] all = Arrays.copyOf(header, header.length + MASK.length + payload.length);
        System.arraycopy(MASK, 0, all, header.length, MASK.length);
        for (int i = 0; i < payload.length; i++) {
            all[header.length + MASK.length + i] = (byte) (payload[i] ^ MASK[i & 3]);
        }
        return all;
    }

    /** {@return the frame as only a server may send it} */
    byte[] unmasked() {
        byte[] header = header(0);
        byte[] all = Arrays.copyOf(header, header.length + payload.length);
        System.arraycopy(payload, 0, all, header.length, payload.length);
        return all;
    }

    private byte[] header(int maskBit) {
        ByteBuffer header = ByteBuffer.allocate(10);
        header.put((byte) ((fin ? 0x80 : 0) | rsv << 4 | opcode));
        if (payload.length < 126) {
            header.put((byte) (maskBit | payload.length));
        } else if (payload.length < 65_536) {
            header.put((byte) (maskBit | 126)).putShort((short) payload.length);
        } else {
            header.put((byte) (maskBit | 127)).putLong(payload.length);
        }
        return Arrays.copyOf(header.array(), header.position());
    }

    /** {@return the next frame of a server, or null at the end of the stream} */
    static @Nullable Frame read(DataInputStream in) throws IOException {
        return read(in, false);
    }

    /** {@return the next frame of a client, or null at the end of the stream} */
    static @Nullable Frame readMasked(DataInputStream in) throws IOException {
        return read(in, true);
    }

    private static @Nullable Frame read(DataInputStream in, boolean client) throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int second = in.readUnsignedByte();
        if (((second & 0x80) != 0) != client) {
            throw new ProtocolException("a client must mask, and a server must not");
        }
        long length = switch (second & 0x7f) {
            case 126 -> in.readUnsignedShort();
            case 127 -> in.readLong();
            default -> second & 0x7f;
        };
        byte[] mask = client ? in.readNBytes(MASK.length) : new byte[MASK.length];
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        if (payload.length < length) {
            throw new EOFException("the connection ended inside a frame");
        }
        for (int i = 0; client && i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return new Frame((first & 0x80) != 0, (first >> 4) & 7, first & 15, payload);
    }

    @Override
    public String toString() {
        return "Frame[fin=%s rsv=%s opcode=%s %s bytes]".formatted(
                fin, rsv, opcode, payload.length);
    }
}
