package dev.weir.connectors;

import java.time.Duration;

/**
 * How long a service may take.
 *
 * @param connect to open a link or a connection
 * @param send to take one message
 * @param answer to answer or confirm a message, counted from when it was sent
 */
public record Deadlines(Duration connect, Duration send, Duration answer) {

    /** {@return 5 seconds to connect, 10 to send, 30 to answer} */
    public static Deadlines defaults() {
        return new Deadlines(
                Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30));
    }
}
