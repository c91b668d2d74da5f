package dev.weir.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first 32 bytes of every message, ASCII so that they may stand in a text frame: who sent it,
 * which one it is, when it was due, and a check of all that. Digits hold six bits each.
 *
 * <pre>{@code W | side | run 2 | pair 5 | number 7 | time 11 | check 5}</pre>
 *
 * Reads into its own fields, so that a message costs no garbage. Belongs to one thread.
 */
final class Stamp {

    static final int LENGTH = 32;

    /** Pairs and runs are counted from 0 up to these, exclusively. */
    static final int PAIRS = 1 << 30;

    static final int RUNS = 1 << 12;

    private static final byte[] DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = values();

    private static final int RUN = 2;
    private static final int PAIR = RUN + 2;
    private static final int NUMBER = PAIR + 5;
    private static final int TIME = NUMBER + 7;
    private static final int CHECK = TIME + 11;

    private final byte[] again = new byte[LENGTH];
    private Side side = Side.CLIENT;
    private int run;
    private int pair;
    private long number;
    private long time;

    /** Writes a stamp. {@code time} may be any number of nanoseconds. */
    static void write(byte[] to, int at, Side side, int run, int pair, long number, long time) {
        to[at] = 'W';
        to[at + 1] = (byte) (side == Side.CLIENT ? 'c' : 'w');
        digits(to, at + RUN, 2, run);
        digits(to, at + PAIR, 5, pair);
        digits(to, at + NUMBER, 7, number);
        digits(to, at + TIME, 11, time);
        digits(to, at + CHECK, 5, check(side, run, pair, number, time));
    }

    /** Reads a stamp, and {@return whether it is one, byte for byte as it is written} */
    boolean read(byte[] from) {
        side = from[1] == 'c' ? Side.CLIENT : Side.WORKER;
        run = (int) value(from, RUN, 2);
        pair = (int) value(from, PAIR, 5);
        number = value(from, NUMBER, 7);
        time = value(from, TIME, 11);
        write(again, 0, side, run, pair, number, time);
        return Arrays.equals(again, 0, LENGTH, from, 0, LENGTH);
    }

    /** {@return the side that sent it} */
    Side side() {
        return side;
    }

    int run() {
        return run;
    }

    int pair() {
        return pair;
    }

    /** {@return which message of its sender it is, from 0} */
    long number() {
        return number;
    }

    /** {@return when it was due, in nanoseconds of the run's clock} */
    long time() {
        return time;
    }

    private static void digits(byte[] to, int at, int count, long value) {
        long rest = value;
        for (int i = at + count - 1; i >= at; i--) {
            to[i] = DIGITS[(int) (rest & 63)];
            rest >>>= 6;
        }
    }

    /** What is no digit reads as something: writing it again shows that it was none. */
    private static long value(byte[] from, int at, int count) {
        long value = 0;
        for (int i = at; i < at + count; i++) {
            value = (value << 6) | VALUES[from[i] & 0xFF];
        }
        return value;
    }

    /** The finalizer of MurmurHash3: one flipped bit changes half of the thirty that are kept. */
    private static long check(Side side, int run, int pair, long number, long time) {
        int from = side == Side.CLIENT ? 0 : 1;
        long hash = time * 31 + number;
        hash = hash * 31 + (((long) pair << 13) | ((long) run << 1) | from);
        hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return hash >>> 34;
    }

    private static byte[] values() {
        byte[] values = new byte[256];
        for (int i = 0; i < DIGITS.length; i++) {
            values[DIGITS[i]] = (byte) i;
        }
        return values;
    }
}
