package dev.weir.pair;

import java.util.Locale;
import org.slf4j.event.Level;

/**
 * Every way in which a session can end. The one table that close frames, logs, the admin pages and
 * the documentation are made from.
 */
public enum CloseReason {
    /** The peer sent a close frame of its own. */
    CLOSED(Close.NO_CODE, "", false, Level.INFO),
    /** The connection ended or broke without a close frame. */
    LOST(Close.NO_FRAME, "connection lost", true, Level.INFO),
    /** The handshake was answered, but the connection never came up. */
    NOT_OPENED(Close.NO_FRAME, "connection did not open", true, Level.INFO),
    /** Nothing was heard of the peer for the ping and pong time. */
    NO_PONG(1001, "no answer to our pings", true, Level.WARN),
    /** No message in either direction for the idle time of the route. */
    IDLE(1001, "idle for too long", true, Level.INFO),
    /** The operator closed it through the admin port. */
    OPERATOR(1001, "closed by the operator", true, Level.INFO),
    /** The peer broke the WebSocket protocol. */
    PROTOCOL_ERROR(1002, "protocol error", false, Level.WARN),
    /** A text message was not UTF-8. */
    INVALID_UTF8(1007, "text is not valid UTF-8", false, Level.WARN),
    /** A message came in too many tiny fragments. */
    TOO_MANY_FRAGMENTS(1008, "message cut into too many tiny fragments", false, Level.WARN),
    /** A newer client took the key. */
    REPLACED(1008, "replaced by a newer connection", false, Level.INFO),
    /** A message exceeded the limit of the route. */
    MESSAGE_TOO_BIG(1009, "message too big", false, Level.WARN),
    /** A bug of ours. */
    INTERNAL_ERROR(1011, "internal error", true, Level.ERROR),
    /** This node is going down. */
    DRAIN(1012, "server is restarting", true, Level.INFO),
    /** One write to the peer took longer than the write deadline. */
    SLOW_CONSUMER(1013, "too slow to take its messages", true, Level.WARN),
    /** What the peer is to take stayed at the limit of its queue for the stall deadline. */
    STALLED(1013, "queue stayed full for too long", true, Level.WARN),
    /** What the peer is to take exceeded its queue, and the route says to close it then. */
    QUEUE_FULL(1013, "queue is full", true, Level.WARN),
    /** The service sent more than the client took, and the connector keeps no more of it. */
    TOO_MANY_REPLIES(1013, "too slow to take what the service sends", true, Level.WARN),
    /** The process-wide memory for queues is spent, and this session held the most of it. */
    OUT_OF_MEMORY(1013, "server is out of queue memory", true, Level.WARN),
    /** Nobody came to pair with in the time of the waiting room. */
    WAIT_EXPIRED(1013, "no partner came in time", true, Level.INFO),
    /** The other side of the pair closed; its code and text are passed on. */
    PARTNER_CLOSED(Close.NO_CODE, "", false, Level.INFO),
    /** The other side of the pair went away without a word, or was closed by us. */
    PARTNER_GONE(1001, "the other side went away", true, Level.INFO),
    /** The worker of a client failed. */
    WORKER_FAILED(1014, "the worker failed", true, Level.WARN),
    /** The external service of the route failed at a message, or its link broke. */
    SERVICE_FAILED(1014, "the service failed", true, Level.WARN),
    /** The breaker of the service is open, and the route says not to wait. */
    SERVICE_OPEN(1014, "the service is failing and not asked for now", true, Level.WARN),
    /** The service is well, but did not take this message or this client. */
    SERVICE_REFUSED(1014, "the service refused it", false, Level.WARN);

    private final int code;
    private final String text;
    private final boolean retry;
    private final Level level;

    CloseReason(int code, String text, boolean retry, Level level) {
        this.code = code;
        this.text = text;
        this.retry = retry;
        this.level = level;
    }

    /** {@return what the session that ends so is told} */
    public Close close() {
        return new Close(code, text);
    }

    /** {@return whether a client does well to connect again, after a pause} */
    public boolean retry() {
        return retry;
    }

    /** {@return how loud the end is logged} */
    public Level level() {
        return level;
    }

    /** {@return the name in logs, metrics and JSON} */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
