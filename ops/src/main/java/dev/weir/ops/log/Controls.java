package dev.weir.ops.log;

/**
 * Characters that would act on a terminal instead of being shown: line breaks forge log lines,
 * escape sequences repaint the screen, direction marks reorder what is read.
 */
final class Controls {

    private Controls() {}

    /** C0, DEL, C1, line and paragraph separators, direction and zero-width marks. */
    static boolean actsOnTerminal(char c) {
        return Character.isISOControl(c)
                || switch (Character.getType(c)) {
                    case Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> true;
                    default -> false;
                };
    }

    /** The same text with every such character written as an escape. */
    static String escape(String text) {
        int at = 0;
        while (at < text.length() && !actsOnTerminal(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 16).append(text, 0, at);
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (actsOnTerminal(c)) {
                safe.append(escaped(c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    static String escaped(char c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format("\\u%04x", (int) c);
        };
    }
}
