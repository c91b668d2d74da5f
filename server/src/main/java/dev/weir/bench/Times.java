package dev.weir.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Histograms of times in nanoseconds, up to ten minutes, to three digits: 300 KB each. */
final class Times {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;

    private Times() {}

    static Histogram histogram() {
        return new Histogram(LONGEST, DIGITS);
    }

    /** Records a time; what is longer than the longest counts as the longest. */
    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, LONGEST));
    }
}
