package dev.weir.connectors.guard;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a service is doing, as the admin port shows it.
 *
 * @param name its name in the configuration
 * @param type kind of its connector
 * @param state what its breaker does
 * @param since when that began
 * @param failureRate percent of failed calls in the window; null while there are too few
 * @param slowRate percent of slow calls in the window; null while there are too few
 * @param calls ended calls: opens and messages, each once however often it was tried
 * @param failed those of them that the service failed
 * @param rejected those that the service did not want
 * @param notTried those that breaker or bulkhead did not let through
 * @param retried further attempts
 * @param inFlight calls that the service has right now
 * @param waiting callers that wait for the breaker
 * @param lastError what the service failed at last; null when it never did
 * @param nextProbe when the next call goes through; null when it is not open
 * @param reachable what the last check found
 */
public record View(
        String name,
        String type,
        State state,
        Instant since,
        @Nullable Double failureRate,
        @Nullable Double slowRate,
        long calls,
        long failed,
        long rejected,
        long notTried,
        long retried,
        int inFlight,
        int waiting,
        @Nullable LastError lastError,
        @Nullable Instant nextProbe,
        Reachability reachable) {

    /**
     * A failure of the service.
     *
     * @param text one line
     * @param at when
     */
    public record LastError(String text, Instant at) {}
}
