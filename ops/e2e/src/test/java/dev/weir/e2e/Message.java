package dev.weir.e2e;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A message to be sent: a unit and how often to repeat it, so that 16 MiB fit in a line. */
final class Message {

    private final Type type;
    private final byte[] unit;
    private final int repeat;

    Message(Type type, byte[] unit, int repeat) {
        this.type = type;
        this.unit = unit;
        this.repeat = repeat;
    }

    /** The two kinds of data message (RFC 6455, section 5.6). */
    enum Type {
        TEXT,
        BINARY
    }

    static Message text(String text) {
        return new Message(Type.TEXT, text.getBytes(StandardCharsets.UTF_8), 1);
    }

    static Message binary(byte... data) {
        return new Message(Type.BINARY, data, 1);
    }

    Message repeated(int times) {
        return new Message(type, unit, times);
    }

    Type type() {
        return type;
    }

    byte[] unit() {
        return unit;
    }

    int repeat() {
        return repeat;
    }

    boolean isText() {
        return type == Type.TEXT;
    }

    byte[] payload() {
        var payload = new byte[unit.length * repeat];
        for (int i = 0; i < repeat; i++) {
            System.arraycopy(unit, 0, payload, i * unit.length, unit.length);
        }
        return payload;
    }

    /** What a peer reports when it received this message unharmed. */
    Received asReceived() {
        return Received.of(type, payload());
    }

    /** A message as it arrived; the digest stands for the bytes. */
    record Received(Type type, long size, String sha256) {

        static Received of(Type type, byte[] payload) {
            try {
                var digest = MessageDigest.getInstance("SHA-256").digest(payload);
                return new Received(type, payload.length, HexFormat.of().formatHex(digest));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has SHA-256", e);
            }
        }

        @Override
        public String toString() {
            return "%s of %d bytes (%s)".formatted(type, size, sha256.substring(0, 8));
        }
    }
}
