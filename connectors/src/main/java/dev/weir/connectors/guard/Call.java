package dev.weir.connectors.guard;

import java.time.Duration;
import java.util.Locale;

/**
 * A call that a service has right now.
 *
 * @param operation what it does
 * @param session whom it is for
 * @param thread who waits for it
 * @param nanos when it began, by the clock for waiting
 */
public record Call(Operation operation, String session, Thread thread, long nanos) {

    /** What a call does. */
    public enum Operation {
        /** Opens a link. */
        OPEN,
        /** Sends a message. */
        SEND,
        /** Closes a link. */
        CLOSE,
        /** Asks whether the service is there. */
        CHECK;

        /** {@return the word in logs, metrics and traces} */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@return how long it has been going on} */
    public Duration lasting(long nanosNow) {
        return Duration.ofNanos(nanosNow - nanos);
    }
}
