package dev.weir.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path with variables, such as {@code /robots/{robot}/arm}. A segment is a literal or one
 * variable, which matches any one segment that is not empty.
 *
 * @param segments from left to right; none is the path {@code /}
 */
public record PathTemplate(List<Segment> segments) {

    private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_-]*)}");
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=:@-]+");

    /** What stands between two slashes. */
    public sealed interface Segment {}

    /**
     * Text that must be there as it is.
     *
     * @param text letters, digits and the marks that RFC 3986 allows in a segment
     */
    public record Literal(String text) implements Segment {}

    /**
     * A part of the key.
     *
     * @param name unique in its template
     */
    public record Variable(String name) implements Segment {}

    public PathTemplate {
        segments = List.copyOf(segments);
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException if it is malformed; the message says what must be different
     */
    public static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("a path must start with /");
        }
        if (text.equals("/")) {
            return new PathTemplate(List.of());
        }
        List<Segment> segments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String part : text.substring(1).split("/", -1)) {
            Segment segment = segment(part);
            if (segment instanceof Variable variable && !names.add(variable.name)) {
                throw new IllegalArgumentException(
                        "a path must have each variable once, {" + variable.name + "} is twice");
            }
            segments.add(segment);
        }
        return new PathTemplate(segments);
    }

    private static Segment segment(String part) {
        if (part.isEmpty()) {
            throw new IllegalArgumentException(
                    "a path must have no empty segment (// or / at its end)");
        }
        Matcher variable = VARIABLE.matcher(part);
        if (variable.matches()) {
            return new Variable(variable.group(1));
        }
        if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
            throw new IllegalArgumentException(
                    "a path's variable is a whole segment, {name} of letters, digits, - or _");
        }
        if (part.equals(".") || part.equals("..") || !LITERAL.matcher(part).matches()) {
            throw new IllegalArgumentException(
                    "a path's segment is a {variable} or letters, digits and -._~!$&'()*+,;=:@");
        }
        return new Literal(part);
    }

    /** {@return the names of the variables, from left to right} */
    public List<String> variables() {
        List<String> names = new ArrayList<>();
        for (Segment segment : segments) {
            if (segment instanceof Variable(String name)) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * {@return what the variables captured, by name from left to right; empty if it does not match}
     *
     * @param path decoded path of a request, with its leading slash and without its query
     */
    public Optional<Map<String, String>> match(String path) {
        if (!path.startsWith("/")) {
            return Optional.empty();
        }
        String[] parts = path.equals("/") ? new String[0] : path.substring(1).split("/", -1);
        if (parts.length != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> captured = new LinkedHashMap<>();
        for (int i = 0; i < parts.length; i++) {
            boolean matches =
                    switch (segments.get(i)) {
                        case Literal(String text) -> text.equals(parts[i]);
                        case Variable(String name) -> {
                            captured.put(name, parts[i]);
                            yield !parts[i].isEmpty();
                        }
                    };
            if (!matches) {
                return Optional.empty();
            }
        }
        return Optional.of(captured);
    }

    /**
     * {@return whether a path exists that both match, while neither is the more special one}
     *
     * <p>{@code /a/{x}} is more special than {@code /{y}/{x}} and wins; {@code /{y}/b} is not, and
     * {@code /a/b} could go to either.
     */
    public boolean conflictsWith(PathTemplate other) {
        if (segments.size() != other.segments.size()) {
            return false;
        }
        boolean mine = false;
        boolean theirs = false;
        for (int i = 0; i < segments.size(); i++) {
            Segment left = segments.get(i);
            Segment right = other.segments.get(i);
            if (left instanceof Literal && right instanceof Literal && !left.equals(right)) {
                return false;
            }
            mine |= left instanceof Literal && right instanceof Variable;
            theirs |= left instanceof Variable && right instanceof Literal;
        }
        return mine == theirs;
    }

    /** {@return whether this wins over the other for a path that both match} */
    public boolean isMoreSpecialThan(PathTemplate other) {
        return literals() > other.literals();
    }

    private long literals() {
        return segments.stream().filter(Literal.class::isInstance).count();
    }

    /** {@return the template as it was written} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Segment segment : segments) {
            switch (segment) {
                case Literal(String literal) -> text.append('/').append(literal);
                case Variable(String name) -> text.append("/{").append(name).append('}');
            }
        }
        return text.isEmpty() ? "/" : text.toString();
    }
}
