package dev.weir.route;

import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A path whose segments are literal or one variable each: {@code /robots/{robot}}. The config has
 * checked the syntax.
 */
final class PathTemplate implements Comparable<PathTemplate> {

    private final List<String> segments;

    PathTemplate(String template) {
        this.segments = List.of(template.split("/", -1));
    }

    /**
     * {@return what the variables captured, by name; null when the path does not match}
     *
     * @param path decoded, without query
     */
    @Nullable SequencedMap<String, String> match(String path) {
        List<String> parts = Arrays.asList(path.split("/", -1));
        if (parts.size() != segments.size()) {
            return null;
        }
        // Sorted by name, so that both sides of a route agree on the key in whatever order
        // their paths have the variables.
        SequencedMap<String, String> captured = new TreeMap<>();
        for (int i = 0; i < parts.size(); i++) {
            String segment = segments.get(i);
            String part = parts.get(i);
            if (isVariable(segment)) {
                if (part.isEmpty()) {
                    return null;
                }
                captured.put(segment.substring(1, segment.length() - 1), part);
            } else if (!segment.equals(part)) {
                return null;
            }
        }
        return captured;
    }

    /** Orders the more specific first: where two differ, a literal comes before a variable. */
    @Override
    public int compareTo(PathTemplate other) {
        return shape().compareTo(other.shape());
    }

    private String shape() {
        return segments.stream().map(s -> isVariable(s) ? "1" : "0").collect(Collectors.joining());
    }

    private static boolean isVariable(String segment) {
        return segment.startsWith("{");
    }
}
