package dev.weir.config;

import java.util.List;

/** Text from outside made fit for one line of a terminal or a log. */
final class Printable {

    private static final int LONGEST = 80;

    private Printable() {}

    /** {@return the text, cut to a readable length, with control characters as escapes} */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> append(escaped, c));
        return text.codePointCount(0, text.length()) > LONGEST
                ? escaped.append("...").toString()
                : escaped.toString();
    }

    static String quote(String text) {
        return '"' + escape(text) + '"';
    }

    /** {@return {@code a, b or c}} */
    static String or(List<String> words) {
        int last = words.size() - 1;
        return last < 1
                ? String.join("", words)
                : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static void append(StringBuilder escaped, int c) {
        switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    escaped.append(String.format("\\u%04x", c));
            default -> escaped.appendCodePoint(c);
        }
    }
}
