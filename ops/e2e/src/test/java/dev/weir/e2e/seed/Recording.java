package dev.weir.e2e.seed;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The latencies of what became due in one stretch of time, from now until the next recording
 * begins. What arrives later than that still counts here. Threads: any.
 */
public final class Recording {
    private static final long HIGHEST_NANOS = 120_000_000_000L;

    private final long since = System.nanoTime();
    private final @Nullable Recording before;
    private final Histogram latency = new ConcurrentHistogram(1_000, HIGHEST_NANOS, 3);
    private final Histogram sendLag = new ConcurrentHistogram(1_000, HIGHEST_NANOS, 3);

    /** The first one. */
    Recording() {
        this(null);
    }

    /** One that takes over from this one. */
    Recording(@Nullable Recording before) {
        this.before = before;
    }

    void arrived(long due, long now) {
        Recording recording = this;
        while (due - recording.since < 0 && recording.before != null) {
            recording = recording.before;
        }
        recording.latency.recordValue(Math.clamp(now - due, 0, HIGHEST_NANOS));
    }

    /** How late the load generator itself was with a message. */
    void sentLate(long nanos) {
        sendLag.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
    }

    public long messages() {
        return latency.getTotalCount();
    }

    /** Milliseconds from due to arrived. */
    public double latencyMillis(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e6;
    }

    double sendLagMillis(double percentile) {
        return sendLag.getValueAtPercentile(percentile) / 1e6;
    }
}
