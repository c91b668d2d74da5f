package dev.weir.bench;

/**
 * Which messages of a sender have arrived: the next one that is expected, and a window of the 64
 * before it, as RFC 4303 (3.4.3) finds replays. What is older counts as a duplicate.
 */
final class Sequence {

    /** How a message came. */
    enum Arrival {
        IN_ORDER,
        /** Some before it have not come: late, or lost. */
        EARLY,
        /** After one that was sent later. */
        LATE,
        DUPLICATE
    }

    private long next;
    private long window;
    private long distinct;

    /** Notes a message. */
    Arrival arrived(long number) {
        long ahead = number - next;
        if (ahead >= 0) {
            window = ahead >= 63 ? 1 : (window << (ahead + 1)) | 1;
            next = number + 1;
            distinct++;
            return ahead == 0 ? Arrival.IN_ORDER : Arrival.EARLY;
        }
        long bit = -ahead > 64 ? 0 : 1L << (-ahead - 1);
        if (bit == 0 || (window & bit) != 0) {
            return Arrival.DUPLICATE;
        }
        window |= bit;
        distinct++;
        return Arrival.LATE;
    }

    /** {@return how many different messages have arrived} */
    long distinct() {
        return distinct;
    }
}
