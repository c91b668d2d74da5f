package dev.weir.config;

import java.util.Comparator;

/**
 * One mistake in the configuration.
 *
 * @param where the place to go and correct it
 * @param key what is wrong, such as {@code routes[1].queue.bytes}; empty: the source as a whole
 * @param message why, and what would be right
 */
record Problem(Origin where, String key, String message) {

    /** By place; what was found in the same place stays in the order in which it was found. */
    static final Comparator<Problem> ORDER =
            Comparator.comparing(Problem::where).thenComparing(Problem::key);

    @Override
    public String toString() {
        return key.isEmpty() ? where + ": " + message : where + " " + key + ": " + message;
    }
}
