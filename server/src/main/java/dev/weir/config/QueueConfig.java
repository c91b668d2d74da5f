package dev.weir.config;

import java.time.Duration;

/**
 * The outbox of each direction of a pair.
 *
 * @param messages how many messages it holds
 * @param bytes how many payload bytes it holds
 * @param whenFull what happens with the next message
 * @param stall how long a full outbox may hold up its sender before the slow side is closed
 */
public record QueueConfig(int messages, ByteSize bytes, WhenFull whenFull, Duration stall) {

    /** {@return the embedded defaults} */
    public static QueueConfig defaults() {
        return new QueueConfig(1000, ByteSize.mib(1), WhenFull.BLOCK, Duration.ofSeconds(30));
    }
}
