package dev.weir.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What messages look like: a {@link Stamp}, then bytes of one long filler from a place that pair
 * and number choose, so that the receiver knows every byte without having kept one. The mask is one
 * for the whole run, which lets the filler be masked once. Immutable.
 */
final class Messages {

    static final int SIZE_MAX = 16 << 20;

    /** Where bodies begin in the filler: multiples of four below this. */
    private static final int SPAN = 1 << 14;

    private final Content content;
    private final int run;
    private final byte[] mask = new byte[4];
    private final byte[] filler;
    private final byte[] masked;

    /**
     * For messages of at most {@code largest} bytes.
     *
     * @param run a number that tells this run's messages from those of others
     */
    Messages(Content content, int largest, int run, RandomGenerator random) {
        this.content = content;
        this.run = run;
        do {
            random.nextBytes(mask);
        } while (Arrays.equals(mask, new byte[4]));
        filler = new byte[SPAN + largest];
        for (int i = 0; i < filler.length; i += 4) {
            byte[] unit = unit(random);
            System.arraycopy(unit, 0, filler, i, Math.min(4, filler.length - i));
        }
        masked = filler.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= mask[i & 3];
        }
    }

    /** Four bytes: whole characters, in the kinds of content that have some. */
    private byte[] unit(RandomGenerator random) {
        if (content == Content.BINARY) {
            byte[] unit = new byte[4];
            random.nextBytes(unit);
            return unit;
        }
        int letter = 'a' + random.nextInt(26);
        String text = switch (content == Content.UTF8 ? random.nextInt(4) : 0) {
            case 1 -> "é" + (char) ('à' + random.nextInt(24));
            case 2 -> (char) letter + "€";
            case 3 -> Character.toString(0x1F600 + random.nextInt(64));
            default -> "" + (char) letter + (char) ('0' + random.nextInt(10)) + "\"<";
        };
        return text.getBytes(StandardCharsets.UTF_8);
    }

    int run() {
        return run;
    }

    byte[] mask() {
        return mask;
    }

    Content content() {
        return content;
    }

    /** Writes a message as one masked frame, and {@return where it ends} */
    int write(byte[] to, int at, int size, Side side, int pair, long number, long time) {
        int start = Frames.header(to, at, content.opcode(), size, mask);
        Stamp.write(to, start, side, run, pair, number, time);
        for (int i = 0; i < Stamp.LENGTH; i++) {
            to[start + i] ^= mask[i & 3];
        }
        int body = start + Stamp.LENGTH;
        System.arraycopy(masked, place(pair, number), to, body, size - Stamp.LENGTH);
        return start + size;
    }

    /**
     * {@return whether a piece of a body is what was sent}
     *
     * @param position where the piece begins in the body
     */
    boolean matches(byte[] bytes, int from, int to, int pair, long number, long position) {
        int start = (int) (place(pair, number) + position);
        return Arrays.equals(bytes, from, to, filler, start, start + to - from);
    }

    private static int place(int pair, long number) {
        return (int) (number * 52 + pair * 1204L) & (SPAN - 4);
    }
}
