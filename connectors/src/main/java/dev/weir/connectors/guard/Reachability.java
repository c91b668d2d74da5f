package dev.weir.connectors.guard;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last check of a service found.
 *
 * @param answer what it found
 * @param text why it is not reachable; else empty
 * @param at when the check ended; null when there was none yet
 */
public record Reachability(Answer answer, String text, @Nullable Instant at) {

    /** What a check finds. */
    public enum Answer {
        /** Nobody has looked yet. */
        UNKNOWN,
        /** It is there. */
        YES,
        /** It is not. */
        NO
    }

    static final Reachability UNKNOWN = new Reachability(Answer.UNKNOWN, "", null);
}
