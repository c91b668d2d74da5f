package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A routing key or subject with blanks: {@code orders.{shop}}, filled for each client from what its
 * path captured, and from {@code {session}}, {@code {route}} and {@code {key}}.
 *
 * <p>Words of routing keys and subjects are separated by dots, and some signs are wildcards. A
 * value comes from a client and stays one word: whatever is no letter, digit or one of {@code
 * - _ ~ @ : =} is percent-encoded.
 */
final class WordTemplate {

    private static final Pattern BLANK = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~@:=";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final String setting;
    private final String template;

    /**
     * A template.
     *
     * @param setting what it is called in the configuration
     * @throws IllegalArgumentException when it is none
     */
    WordTemplate(String setting, String template) {
        this.setting = setting;
        this.template = template;
        String rest = BLANK.matcher(template).replaceAll("");
        if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
            throw new IllegalArgumentException(setting + ": a brace is not matched in " + template);
        }
        for (Matcher blank = BLANK.matcher(template); blank.find(); ) {
            if (!NAME.matcher(blank.group(1)).matches()) {
                throw new IllegalArgumentException(
                        setting + ": {" + blank.group(1) + "} is not the name of a variable");
            }
        }
    }

    /**
     * {@return the template for this client}
     *
     * @throws LinkException of kind {@link Kind#REJECTED} when its route has no such variable
     */
    String fill(Caller caller) throws LinkException {
        StringBuilder filled = new StringBuilder();
        Matcher blank = BLANK.matcher(template);
        while (blank.find()) {
            String value = value(blank.group(1), caller);
            if (value.isEmpty()) {
                throw new LinkException(Kind.REJECTED, setting + ": {" + blank.group(1)
                        + "} has no value on route " + caller.route());
            }
            blank.appendReplacement(filled, Matcher.quoteReplacement(word(value)));
        }
        return blank.appendTail(filled).toString();
    }

    private static String value(String name, Caller caller) {
        String captured = caller.variables().get(name);
        if (captured != null) {
            return captured;
        }
        return switch (name) {
            case "session" -> caller.session();
            case "route" -> caller.route();
            case "key" -> caller.key();
            default -> "";
        };
    }

    /** {@return the value as one word, which is no wildcard} */
    static String word(String value) {
        StringBuilder word = new StringBuilder(value.length() + 16);
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(each) >= 0) {
                word.append((char) each);
            } else {
                word.append('%').append(HEX.toHexDigits(each));
            }
        }
        return word.toString();
    }
}
