package dev.weir.admin;

import java.time.Instant;

/**
 * The node at one moment.
 *
 * @param blocked sessions that are not read now, for their queue is full
 * @param total since the start
 * @param rate per second, over the last few seconds
 */
record Overview(
        Instant time,
        String version,
        Instant started,
        boolean draining,
        SessionCounts sessions,
        int pairs,
        Waiting waiting,
        int blocked,
        Queues queues,
        Traffic total,
        Rate rate,
        Latency latency) {

    /** How many sessions there are, and may be. */
    record SessionCounts(
            int total,
            int clients,
            int workers,
            int opening,
            int waiting,
            int paired,
            int closing,
            int limit) {}

    /** Who waits for the other side. */
    record Waiting(int clients, int workers) {}

    /** What is queued, and the memory that it takes of what it may. */
    record Queues(int messages, long bytes, long memoryUsed, long memoryLimit) {}

    /** What came in, and what of it reached nobody. */
    record Traffic(long messages, long bytes, long undelivered) {}

    /** What comes in, per second. */
    record Rate(double messages, double bytes, double undelivered) {}
}
