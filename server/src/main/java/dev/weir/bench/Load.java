package dev.weir.bench;

import java.time.Duration;
import java.util.Locale;

/**
 * What every run needs to know.
 *
 * @param target the relay
 * @param pairs how many pairs there are
 * @param content what messages consist of
 * @param size bytes of a message, stamp included
 * @param direction which ends send
 * @param handshakes how many connections may be in their handshake at once
 * @param connectRate how many connections are begun in a second; 0 for as many as go
 * @param settle how long everything rests once all are connected
 * @param warmUp how long the load runs before it counts
 * @param duration how long it counts
 * @param drain how long messages may take to arrive once the load has ended, before they are lost
 */
public record Load(
        Target target,
        int pairs,
        Content content,
        int size,
        Direction direction,
        int handshakes,
        double connectRate,
        Duration settle,
        Duration warmUp,
        Duration duration,
        Duration drain) {

    /** The smallest message: it must hold its stamp. */
    public static final int SIZE_MIN = Stamp.LENGTH;

    /** The largest message. */
    public static final int SIZE_MAX = Messages.SIZE_MAX;

    /** The most pairs. */
    public static final int PAIRS_MAX = 100_000;

    /**
     * @throws IllegalArgumentException if something is out of range; the message says what
     */
    public Load {
        check(pairs >= 1 && pairs <= PAIRS_MAX, "pairs: 1 to " + PAIRS_MAX);
        checkSize("size", size, content);
        check(handshakes >= 1, "handshakes: at least 1");
        check(connectRate >= 0, "connect rate: 0 or more");
        check(duration.isPositive(), "duration: more than nothing");
    }

    /** {@return the load in words} */
    String words() {
        String ends = switch (direction) {
            case BOTH -> "both ways";
            case TO_WORKER -> "to workers";
            case TO_CLIENT -> "to clients";
        };
        return pairs + (pairs == 1 ? " pair, " : " pairs, ") + size + " B of "
                + content.name().toLowerCase(Locale.ROOT) + ", " + ends;
    }

    static void checkSize(String name, int size, Content content) {
        check(size >= SIZE_MIN && size <= SIZE_MAX,
                name + ": " + SIZE_MIN + " to " + SIZE_MAX
                        + " bytes, for a message holds its check");
        check(content != Content.UTF8 || size % 4 == 0, name + ": for utf8 a multiple of 4 bytes");
    }

    static void check(boolean right, String message) {
        if (!right) {
            throw new IllegalArgumentException(message);
        }
    }
}
