package dev.weir.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * A histogram of durations, since the start. Recording takes no lock and makes no object, so that it
 * can be done for every write to a socket; whoever reads it sees each count sooner or later.
 */
public final class Durations {

    private static final long[] BOUNDS_NANOS = Stream.of(
                    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000,
                    250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000)
            .mapToLong(TimeUnit.MICROSECONDS::toNanos)
            .toArray();

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LongAdder[] counts = new LongAdder[BOUNDS_NANOS.length + 1];
    private final LongAdder sumNanos = new LongAdder();

    /** An empty one. */
    public Durations() {
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /** Records that something took so long, so many times. */
    void record(long nanos, int times) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        counts[bucket].add(times);
        sumNanos.add(nanos * times);
    }

    /** {@return the upper bounds of all buckets but the last, in seconds} */
    public static List<Double> bounds() {
        return Arrays.stream(BOUNDS_NANOS)
                .mapToObj(nanos -> nanos / NANOS_PER_SECOND)
                .toList();
    }

    /** {@return how many there are in each bucket} */
    public List<Long> counts() {
        List<Long> sums = new ArrayList<>(counts.length);
        for (LongAdder count : counts) {
            sums.add(count.sum());
        }
        return sums;
    }

    /** {@return all durations together, in seconds} */
    public double seconds() {
        return sumNanos.sum() / NANOS_PER_SECOND;
    }
}
