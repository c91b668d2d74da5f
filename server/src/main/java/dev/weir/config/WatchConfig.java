package dev.weir.config;

import java.time.Duration;

/**
 * What Weir finds out about itself, and from where on it is a finding.
 *
 * @param interval from one look to the next
 * @param carrierDelay how long virtual threads had to wait to run
 * @param pinned how long one held its carrier while it waited; zero is off
 * @param stuck one call of a session's thread
 * @param stalled age of the oldest message in the queue of a pair
 * @param silent how long a peer has not answered a ping
 * @param flood a sender has kept its queue full for so long, though its partner takes messages
 * @param leak something of a session is left so long after its end
 * @param gcPause one garbage collection
 * @param queueMemory percent of {@code limits.queued-bytes} in use
 * @param openFiles percent of the files that the process may have open
 * @param hold a finding that was not seen for so long is over
 * @param findings that are open at a time; more are only counted
 * @param events that are remembered of each session; zero is off
 * @param eventsMemory of all sessions together
 */
public record WatchConfig(
        Duration interval,
        Duration carrierDelay,
        Duration pinned,
        Duration stuck,
        Duration stalled,
        Duration silent,
        Duration flood,
        Duration leak,
        Duration gcPause,
        int queueMemory,
        int openFiles,
        Duration hold,
        int findings,
        int events,
        ByteSize eventsMemory) {

    /** {@return the embedded defaults} */
    public static WatchConfig defaults() {
        return new WatchConfig(
                Duration.ofSeconds(1),
                Duration.ofMillis(200),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMillis(500),
                80,
                80,
                Duration.ofSeconds(10),
                100,
                100,
                new ByteSize(16L << 20));
    }
}
