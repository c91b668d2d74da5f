package dev.weir.config;

import java.util.Locale;
import tools.jackson.core.JsonPointer;

/** The ways in which the name of a setting is written. */
final class Keys {

    private Keys() {}

    /** {@return the name as messages show it: {@code routes[1].queue.bytes}} */
    static String dotted(JsonPointer pointer) {
        StringBuilder dotted = new StringBuilder();
        for (JsonPointer p = pointer; p != null && !p.matches(); p = p.tail()) {
            if (p.mayMatchElement()) {
                dotted.append('[').append(p.getMatchingIndex()).append(']');
            } else {
                dotted.append(dotted.isEmpty() ? "" : ".");
                dotted.append(Printable.escape(p.getMatchingProperty()));
            }
        }
        return dotted.toString();
    }

    /** {@return the name as a part of an environment variable: {@code when-full} is WHEN_FULL} */
    static String environment(String key) {
        return key.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
