package dev.weir.admin;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The figures of the last hour, one sample every five seconds, so that a page that is opened shows
 * what was before. Bounded. Thread-safe.
 */
final class History {

    static final int STEP_SECONDS = 5;

    private static final int SAMPLES = 3600 / STEP_SECONDS;

    static final List<String> COLUMNS = List.of(
            "time", "clients", "workers", "pairs", "waitingClients", "waitingWorkers", "blocked",
            "messagesPerSecond", "bytesPerSecond", "undeliveredPerSecond", "queuedBytes",
            "latencyP50Micros", "latencyP99Micros");

    /**
     * The answer of {@code GET /history}.
     *
     * @param latency what the latency columns are of, see {@link Latency}
     * @param samples oldest first; each has a number for each column, time in seconds since 1970
     */
    record View(int stepSeconds, String latency, List<String> columns, List<double[]> samples) {}

    private final Queue<double[]> samples = new ArrayDeque<>(SAMPLES);
    private String latency = "";

    synchronized void add(Overview now) {
        latency = now.latency().of();
        if (samples.size() == SAMPLES) {
            samples.remove();
        }
        samples.add(sample(now));
    }

    static double[] sample(Overview now) {
        return new double[] {
            now.time().getEpochSecond(),
            now.sessions().clients(),
            now.sessions().workers(),
            now.pairs(),
            now.waiting().clients(),
            now.waiting().workers(),
            now.blocked(),
            rounded(now.rate().messages()),
            rounded(now.rate().bytes()),
            rounded(now.rate().undelivered()),
            now.queues().bytes(),
            now.latency().p50Micros(),
            now.latency().p99Micros(),
        };
    }

    private static double rounded(double rate) {
        return Math.round(rate * 10) / 10.0;
    }

    synchronized View view() {
        return new View(STEP_SECONDS, latency, COLUMNS, List.copyOf(samples));
    }
}
