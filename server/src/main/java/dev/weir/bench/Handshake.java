package dev.weir.bench;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The opening handshake of one connection: RFC 6455, 4.1. Belongs to one thread. */
final class Handshake {

    private static final int ANSWER_MAX = 16 << 10;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Endpoint endpoint;
    private final String key;
    private final String nonce;
    private final long begun;
    private byte[] answer = {};

    /**
     * @param key of the pair
     * @param nonce 16 random bytes
     * @param begun when the connection was begun, in nanoseconds
     */
    Handshake(Endpoint endpoint, String key, byte[] nonce, long begun) {
        this.endpoint = endpoint;
        this.key = key;
        this.nonce = Base64.getEncoder().encodeToString(nonce);
        this.begun = begun;
    }

    long begun() {
        return begun;
    }

    byte[] request() {
        StringBuilder request = new StringBuilder(512)
                .append("GET ").append(endpoint.path(key)).append(" HTTP/1.1\r\n")
                .append("Host: ").append(endpoint.authority()).append("\r\n")
                .append("Upgrade: websocket\r\nConnection: Upgrade\r\n")
                .append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ").append(nonce)
                .append("\r\n");
        endpoint.headers(key).forEach(line -> request.append(line).append("\r\n"));
        return request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a part of the answer.
     *
     * @return the bytes behind it, once it is whole; null before that
     * @throws RefusedException if it is not the right one
     */
    byte @Nullable [] read(byte[] bytes, int length)
            throws RefusedException {
        int before = answer.length;
        answer = Arrays.copyOf(answer, before + length);
        System.arraycopy(bytes, 0, answer, before, length);
        int end = end(Math.max(0, before - 3));
        if (end < 0) {
            if (answer.length > ANSWER_MAX) {
                throw new RefusedException("an answer without end");
            }
            return null;
        }
        check(new String(answer, 0, end, StandardCharsets.ISO_8859_1).split("\r\n", -1));
        return Arrays.copyOfRange(answer, end + 4, answer.length);
    }

    private int end(int from) {
        for (int i = from; i + 3 < answer.length; i++) {
            if (answer[i] == '\r' && answer[i + 1] == '\n'
                    && answer[i + 2] == '\r' && answer[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void check(String[] lines) throws RefusedException {
        if (!lines[0].startsWith("HTTP/1.1 101")) {
            throw new RefusedException(lines[0]);
        }
        Map<String, String> fields = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = Math.max(0, lines[i].indexOf(':'));
            fields.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(Math.min(lines[i].length(), colon + 1)).strip());
        }
        if (!accept().equals(fields.get("sec-websocket-accept"))) {
            throw new RefusedException("a wrong Sec-WebSocket-Accept");
        }
        if (fields.containsKey("sec-websocket-extensions")) {
            throw new RefusedException("an extension that was not offered");
        }
        String chosen = fields.getOrDefault("sec-websocket-protocol", "");
        if (!chosen.equals(endpoint.subprotocol())) {
            throw new RefusedException("the subprotocol \"" + chosen + "\"");
        }
    }

    private String accept() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((nonce + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** What the relay answered instead of taking the connection. */
    static final class RefusedException extends Exception {
        RefusedException(String answer) {
            super("the relay answered: " + answer);
        }
    }
}
