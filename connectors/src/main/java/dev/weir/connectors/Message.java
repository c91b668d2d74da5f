package dev.weir.connectors;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One whole message between a client and a service. Immutable, as long as nobody writes to the
 * array of {@link #payload}, which is shared and not copied.
 */
public final class Message implements Incoming {

    private final String id;
    private final boolean text;
    private final byte[] payload;
    private final Instant time;
    private final @Nullable String traceparent;

    private Message(
            String id, boolean text, byte[] payload, Instant time, @Nullable String traceparent) {
        this.id = id;
        this.text = text;
        this.payload = payload;
        this.time = time;
        this.traceparent = traceparent;
    }

    /**
     * A message on its way to a service.
     *
     * @param id unique across nodes; the same for every attempt to send it, so that a service can
     *     tell a second delivery
     * @param text whether the payload is UTF-8 text
     * @param payload not copied
     * @param time when it came from the client
     * @param traceparent the trace that it belongs to (W3C Trace Context), or null
     */
    public static Message outgoing(
            String id, boolean text, byte[] payload, Instant time, @Nullable String traceparent) {
        return new Message(id, text, payload, time, traceparent);
    }

    /** Text that came from a service. */
    public static Message text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Text that came from a service, as UTF-8, which the relay checks; not copied. */
    public static Message text(byte[] utf8) {
        return new Message("", true, utf8, Instant.EPOCH, null);
    }

    /** Bytes that came from a service; not copied. */
    public static Message binary(byte[] payload) {
        return new Message("", false, payload, Instant.EPOCH, null);
    }

    /** {@return the same message as a part of another trace} */
    public Message withTraceparent(String other) {
        return new Message(id, text, payload, time, other);
    }

    /** {@return its id; empty when it came from a service} */
    public String id() {
        return id;
    }

    /** {@return whether it is text; else it is binary} */
    public boolean isText() {
        return text;
    }

    /** {@return its bytes; UTF-8 when it is text} */
    public byte[] payload() {
        return payload;
    }

    /** {@return its payload in bytes} */
    public int length() {
        return payload.length;
    }

    /** {@return its payload as text} */
    public String asText() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** {@return when it came from the client; the epoch when it came from a service} */
    public Instant time() {
        return time;
    }

    /** {@return the trace that it belongs to (W3C Trace Context), or null} */
    public @Nullable String traceparent() {
        return traceparent;
    }

    @Override
    public String toString() {
        return (text ? "text " : "binary ") + id + " of " + payload.length + " bytes";
    }
}
