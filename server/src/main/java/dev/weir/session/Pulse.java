package dev.weir.session;

import dev.weir.config.HeartbeatConfig;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Whether a peer still lives: when something was last heard of it, the ping that is out, and the
 * round-trip time. Any byte of the peer is a sign of life; only a pong tells the time.
 *
 * <p>{@link #heard} and {@link #pong} run on the event thread, {@link #check} on the heartbeat
 * thread; each field has one of them as its writer. All times are nanoseconds of the nano clock.
 */
final class Pulse {

    /** What is to be done about the peer. */
    enum Need {
        NOTHING,
        PING,
        /** Neither pong nor anything else came in time. */
        GIVE_UP
    }

    private static final long FIRST_PING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long UNKNOWN = -1;

    private final long pingNanos;
    private final long pongNanos;

    private volatile long lastHeard;
    private volatile long lastData;
    private volatile long lastPing;
    private volatile long rtt = UNKNOWN;

    /** Heartbeat thread only. */
    private boolean waitingForPong;

    private long waitingSince;

    Pulse(HeartbeatConfig config, long now) {
        this.pingNanos = config.ping().toNanos();
        this.pongNanos = config.pong().toNanos();
        this.lastHeard = now;
        this.lastData = now;
        // The first ping comes early: it tells the round-trip time before anybody asks for it.
        this.lastPing = now - pingNanos + Math.min(pingNanos, FIRST_PING_NANOS);
    }

    void heard(long now) {
        lastHeard = now;
    }

    void data(long now) {
        lastData = now;
    }

    /**
     * Takes the time of a pong that answers our last ping; others are only signs of life.
     *
     * @return whether it does
     */
    boolean pong(ByteBuffer payload, long now) {
        if (payload.remaining() == Long.BYTES) {
            long sent = payload.getLong(payload.position());
            if (sent == lastPing) {
                rtt = now - sent;
                return true;
            }
        }
        return false;
    }

    /** {@return the payload of a ping sent now} */
    ByteBuffer ping(long now) {
        lastPing = now;
        waitingForPong = true;
        waitingSince = now;
        return ByteBuffer.allocate(Long.BYTES).putLong(now).flip();
    }

    /**
     * {@return what is to be done now}
     *
     * @param deaf the peer's socket is not read, for what it sends has no room; then nothing can be
     *     heard and nothing follows from that
     * @param late this check itself comes late, so a pong may be here already but not read: every
     *     peer gets another round
     */
    Need check(long now, boolean deaf, boolean late) {
        if (pingNanos == 0) {
            return Need.NOTHING;
        }
        if (waitingForPong) {
            if (deaf || late) {
                waitingSince = now;
            }
            if (lastHeard - lastPing > 0) {
                waitingForPong = false;
            } else if (now - waitingSince > pongNanos) {
                return Need.GIVE_UP;
            }
        }
        boolean due = !waitingForPong && now - lastPing >= pingNanos;
        return due && !deaf ? Need.PING : Need.NOTHING;
    }

    /** {@return the last round-trip time in nanoseconds, negative while none is known} */
    long rttNanos() {
        return rtt;
    }

    /** {@return how long ago the ping was sent that nothing has followed; 0 without one} */
    long silentNanos(long now) {
        long sent = lastPing;
        return pingNanos > 0 && lastHeard - sent < 0 && now - sent > 0 ? now - sent : 0;
    }

    long lastHeard() {
        return lastHeard;
    }

    /** {@return when the last message went in or out} */
    long lastData() {
        return lastData;
    }
}
