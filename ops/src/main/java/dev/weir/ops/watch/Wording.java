package dev.weir.ops.watch;

/** Figures as the sentences of findings have them. */
public final class Wording {

    private static final long NANOS_OF_MILLI = 1_000_000;
    private static final long MILLIS_SHOWN_BELOW = 10_000;

    private Wording() {}

    /** {@return a time as {@code 350 ms} or {@code 12 s}} */
    public static String time(long nanos) {
        long millis = nanos / NANOS_OF_MILLI;
        return millis < MILLIS_SHOWN_BELOW ? millis + " ms" : millis / 1000 + " s";
    }
}
