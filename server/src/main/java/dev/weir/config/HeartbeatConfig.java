package dev.weir.config;

import java.time.Duration;

/**
 * How dead peers are found.
 *
 * @param ping time between two pings to a session; zero is off
 * @param pong how long a peer may take to answer a ping
 */
public record HeartbeatConfig(Duration ping, Duration pong) {

    /** {@return the embedded defaults} */
    public static HeartbeatConfig defaults() {
        return new HeartbeatConfig(Duration.ofSeconds(25), Duration.ofSeconds(10));
    }
}
