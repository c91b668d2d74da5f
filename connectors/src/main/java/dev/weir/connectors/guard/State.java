package dev.weir.connectors.guard;

import java.util.Locale;

/** What a service's breaker does with calls. */
public enum State {
    /** Calls go through and are counted. */
    CLOSED,
    /** No call goes through until the next probe is due. */
    OPEN,
    /** A few calls go through, to see whether the service is well again. */
    HALF_OPEN,
    /** No call goes through until an operator says otherwise. */
    FORCED_OPEN,
    /** Every call goes through, whatever becomes of it, until an operator says otherwise. */
    FORCED_CLOSED;

    /** {@return the word in logs, metrics and answers, such as {@code half-open}} */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
