package dev.weir.session;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Every way in which a handshake can be refused, with its HTTP status (RFC 9110 section 15). */
public enum Refusal {
    MALFORMED_PATH(400, "the path is ambiguous or malformed"),
    MALFORMED_KEY(400, "Sec-WebSocket-Key must be there once, as 16 bytes in base64"),
    FORBIDDEN_ORIGIN(403, "this Origin is not allowed here"),
    NO_ROUTE(404, "no route has this path"),
    NOT_GET(405, "a WebSocket handshake is a GET"),
    KEY_TAKEN(409, "another client has this key"),
    NOT_AN_UPGRADE(426, "this is a WebSocket address; connect with a WebSocket client"),
    WRONG_VERSION(426, "only WebSocket version 13 is spoken here"),
    TOO_MANY_HANDSHAKES(429, "too many handshakes at once", 1),
    TOO_MANY_FROM_ADDRESS(429, "too many connections from this address", 5),
    DRAINING(503, "the server is going down", 5),
    TOO_MANY_CONNECTIONS(503, "the server has all the connections it takes", 5),
    OUT_OF_MEMORY(503, "the server is out of queue memory", 5),
    ROOM_FULL(503, "the waiting room is full", 5),
    SERVICE_FAILED(502, "the service of this route failed", 5),
    SERVICE_REFUSED(502, "the service of this route refused this client"),
    SERVICE_OPEN(503, "the service of this route is failing and not asked for now", 5),
    NO_WORKER(504, "no worker is free", 1),
    SERVICE_TIMED_OUT(504, "the service of this route did not answer in time", 5);

    private final int status;
    private final String text;
    private final @Nullable Integer retryAfterSeconds;

    Refusal(int status, String text) {
        this(status, text, null);
    }

    Refusal(int status, String text, @Nullable Integer retryAfterSeconds) {
        this.status = status;
        this.text = text;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }

    /** {@return the name in metrics and traces} */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return what the body says} */
    public String text() {
        return text;
    }

    /** {@return when to come back, in seconds; null when that would not help} */
    public @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
