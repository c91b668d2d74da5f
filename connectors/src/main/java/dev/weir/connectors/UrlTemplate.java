package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URL of a service with {@code {variables}} of the route's path. They may stand in its path and
 * query only, never in the host: who is asked is for the configuration to say, not for a client.
 */
final class UrlTemplate {

    private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]*)}");

    /** What no host and no port has, and what URI takes there all the same. */
    private static final String SAMPLE = "~";

    private final String template;
    private final URI sample;

    private UrlTemplate(String template, URI sample) {
        this.template = template;
        this.sample = sample;
    }

    /**
     * A template.
     *
     * @param setting the key that it comes from
     * @param schemes those that it may have
     * @throws IllegalArgumentException when it is no such URL; the message starts with the key
     */
    static UrlTemplate of(String setting, String template, String... schemes) {
        URI sample;
        try {
            sample = new URI(VARIABLE.matcher(template).replaceAll(SAMPLE));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(setting + ": is no URL: " + e.getReason(), e);
        }
        String scheme = sample.getScheme();
        if (scheme == null || !Arrays.asList(schemes).contains(scheme)) {
            throw new IllegalArgumentException(
                    setting + ": must start with " + String.join(":// or ", schemes) + "://");
        }
        String authority = sample.getRawAuthority();
        if (authority != null && authority.contains(SAMPLE)) {
            throw new IllegalArgumentException(
                    setting + ": a variable can be in its path or query, not in its host");
        }
        if (sample.getHost() == null) {
            throw new IllegalArgumentException(setting + ": has no host");
        }
        if (sample.getRawUserInfo() != null || sample.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    setting + ": must have neither a user nor a fragment");
        }
        return new UrlTemplate(template, sample);
    }

    /** {@return scheme, host and port, for people} */
    String origin() {
        return sample.getScheme() + "://" + sample.getRawAuthority();
    }

    /** {@return whether the service is spoken to by TLS} */
    boolean isSecure() {
        return sample.getScheme().equals("wss") || sample.getScheme().equals("https");
    }

    /** {@return host and port, where it has one} */
    String authority() {
        return sample.getRawAuthority();
    }

    /** {@return the URL as far as it is the same for all clients} */
    URI beforeVariables() {
        int first = template.indexOf('{');
        return URI.create(first < 0 ? template : template.substring(0, first));
    }

    /** {@return the names of its variables} */
    List<String> variables() {
        List<String> names = new ArrayList<>();
        for (Matcher each = VARIABLE.matcher(template); each.find(); ) {
            names.add(each.group(1));
        }
        return names;
    }

    /**
     * {@return the URL for one client} Each value is percent-encoded, so that it stays one segment.
     *
     * @throws LinkException of kind {@link Kind#REJECTED} when a variable has no value, or one that
     *     would lead to another path: {@code .} and {@code ..} cannot be encoded (RFC 3986 section
     *     5.2.4)
     */
    URI fill(String connector, Map<String, String> values) throws LinkException {
        for (String name : variables()) {
            if (!values.containsKey(name)) {
                throw new LinkException(Kind.REJECTED,
                        connector + ": the route has no {" + name + "} for its URL");
            }
        }
        URI url = URI.create(VARIABLE.matcher(template).replaceAll(each ->
                Matcher.quoteReplacement(encoded(values.getOrDefault(each.group(1), "")))));
        for (String segment : url.getRawPath().split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                throw new LinkException(Kind.REJECTED,
                        connector + ": the key would lead to another path");
            }
        }
        return url;
    }

    /** Everything but the unreserved characters (RFC 3986 section 2.3). */
    private static String encoded(String value) {
        StringBuilder encoded = new StringBuilder(value.length() + 16);
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            if (isUnreserved(each)) {
                encoded.append((char) each);
            } else {
                encoded.append('%');
                encoded.append(Character.toUpperCase(Character.forDigit(each >> 4 & 0xf, 16)));
                encoded.append(Character.toUpperCase(Character.forDigit(each & 0xf, 16)));
            }
        }
        return encoded.toString();
    }

    private static boolean isUnreserved(byte each) {
        return (each >= 'a' && each <= 'z')
                || (each >= 'A' && each <= 'Z')
                || (each >= '0' && each <= '9')
                || each == '-' || each == '.' || each == '_' || each == '~';
    }
}
