package dev.weir.connectors.guard;

import dev.weir.connectors.Deadlines;
import java.time.Duration;

/**
 * How a service is guarded. The components are the keys that every connector has in the
 * configuration, whatever its type.
 *
 * @param breaker when the service is not asked any more
 * @param retry when a message is sent again
 * @param deadlines how long the service may take
 * @param bulkhead how many calls it gets at once
 * @param concurrency messages of one client on their way at once; above 1 their order is lost
 */
public record Policy(
        Breaker breaker, Retry retry, Deadlines deadlines, Bulkhead bulkhead, int concurrency) {

    /** Over what the rates of failures and of slow calls are measured. */
    public enum Window {
        /** The last calls. */
        COUNT,
        /** The last seconds. */
        TIME
    }

    /**
     * When the service is not asked any more (M. Nygard, Release It!, "Circuit Breaker").
     *
     * @param window what {@code size} counts
     * @param size calls, or seconds
     * @param minimumCalls before so many calls in the window it never opens
     * @param failureRate percent of failed calls at which it opens
     * @param slowCall a call that takes longer is slow
     * @param slowRate percent of slow calls at which it opens
     * @param open how long it stays open before the service is probed
     * @param probes how many calls are let through then; by their rates it closes or opens again
     */
    public record Breaker(
            Window window,
            int size,
            int minimumCalls,
            int failureRate,
            Duration slowCall,
            int slowRate,
            Duration open,
            int probes) {

        /** {@return half of the last 50 calls failed, 10 at least; open for 10 seconds} */
        public static Breaker defaults() {
            return new Breaker(
                    Window.COUNT,
                    50,
                    10,
                    50,
                    Duration.ofSeconds(10),
                    100,
                    Duration.ofSeconds(10),
                    3);
        }
    }

    /**
     * When a message is sent again: with exponential backoff and full jitter (M. Brooker,
     * "Exponential Backoff And Jitter", 2015), and only when the service cannot have it, or is said
     * to tell a second delivery by its id.
     *
     * @param attempts in all; 1 is no retry
     * @param backoff bound of the first pause; doubled from one to the next
     * @param backoffLimit bound of every pause, and of a pause that the service asks for
     * @param budget retries in percent of first attempts, so that they never become the load
     * @param idempotent the service tells a second delivery by the message's id
     */
    public record Retry(
            int attempts,
            Duration backoff,
            Duration backoffLimit,
            int budget,
            boolean idempotent) {

        /** {@return three attempts, 100 ms to 5 s apart, a fifth of the calls at most} */
        public static Retry defaults() {
            return new Retry(3, Duration.ofMillis(100), Duration.ofSeconds(5), 20, false);
        }
    }

    /**
     * How many calls a service gets at once.
     *
     * @param calls at once, over all clients
     * @param maxWait how long a further one waits for its turn; zero is not at all
     */
    public record Bulkhead(int calls, Duration maxWait) {

        /** {@return 1000 calls, and a second to wait} */
        public static Bulkhead defaults() {
            return new Bulkhead(1000, Duration.ofSeconds(1));
        }
    }

    /** {@return the defaults of all of these, and one message at a time} */
    public static Policy defaults() {
        return new Policy(
                Breaker.defaults(),
                Retry.defaults(),
                Deadlines.defaults(),
                Bulkhead.defaults(),
                1);
    }
}
