package dev.weir.bench;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the relay did that it must not do, counted, and the first case in words. One thread. */
public final class Violations {

    /** The kinds, as they are told. */
    public enum Kind {
        LOST,
        DUPLICATED,
        REORDERED,
        DAMAGED,
        MISDELIVERED,
        BAD_FRAMES,
        ENDED_CONNECTIONS,
        FAILED_HANDSHAKES,
        UNSENT;

        /** {@return the kind in words} */
        public String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private String first = "";

    void add(Kind kind, String details) {
        add(kind, 1, details);
    }

    void add(Kind kind, long count, String details) {
        if (count > 0) {
            counts.merge(kind, count, Long::sum);
            if (first.isEmpty()) {
                first = details;
            }
        }
    }

    /** {@return how many of a kind} */
    public long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** {@return how many of all kinds} */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** {@return the first one in words, or nothing} */
    public String first() {
        return first;
    }

    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().words())
                .collect(Collectors.joining(", "));
    }
}
