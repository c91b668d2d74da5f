package dev.weir.connectors;

/**
 * The orderly end of a link, in the words of WebSocket (RFC 6455 section 7.4).
 *
 * @param code 1000 to 4999, or 1005 for none
 * @param reason for people; at most 123 bytes of UTF-8, often empty
 */
public record Goodbye(int code, String reason) implements Incoming {

    /** No code was given (RFC 6455 section 7.1.5). */
    public static final int NO_CODE = 1005;

    /** The normal end. */
    public static final Goodbye NORMAL = new Goodbye(1000, "");

    /** The client, or this node, went away. */
    public static final Goodbye GOING_AWAY = new Goodbye(1001, "");
}
