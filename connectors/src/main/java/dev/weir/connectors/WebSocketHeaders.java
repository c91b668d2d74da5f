package dev.weir.connectors;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The headers of a handshake with a service: those of the client that its route passes on, who the
 * client is, and those of the configuration; the latter win.
 */
final class WebSocketHeaders {

    /** They belong to one connection, or to the handshake itself (RFC 9110 section 7.6.1). */
    private static final Set<String> NOT_OURS = Set.of(
            "connection", "content-length", "host", "keep-alive", "proxy-authenticate",
            "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
            "upgrade");

    private static final String PROTOCOL = "Sec-WebSocket-Protocol";

    private final Map<String, String> configured;

    private WebSocketHeaders(Map<String, String> configured) {
        this.configured = configured;
    }

    /**
     * Those of the settings {@code headers} and {@code bearer}.
     *
     * @throws IllegalArgumentException when a header is none; the message starts with the key
     */
    static WebSocketHeaders of(Settings settings) {
        Map<String, String> configured = new LinkedHashMap<>();
        for (String line : settings.texts("headers")) {
            int colon = line.indexOf(':');
            String header = line.substring(0, Math.max(0, colon)).strip();
            String value = line.substring(colon + 1).strip();
            if (!header.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || !value.matches("[\\t -~]*")) {
                throw new IllegalArgumentException(
                        "headers: must each be Name: value, and this is not: " + header);
            }
            if (isReserved(header.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("headers: " + header + " cannot be set");
            }
            configured.put(header, value);
        }
        String bearer = settings.text("bearer");
        if (!bearer.isEmpty()) {
            configured.put("Authorization", "Bearer " + bearer.strip());
        }
        return new WebSocketHeaders(configured);
    }

    private static boolean isReserved(String lowerCase) {
        return NOT_OURS.contains(lowerCase) || lowerCase.startsWith("sec-websocket-");
    }

    /** {@return the headers of the handshake for that client} */
    Map<String, String> of(Caller caller) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        caller.headers().forEach((header, value) -> {
            if (!isReserved(header)) {
                headers.put(header, value);
            }
        });
        headers.merge("X-Forwarded-For", host(caller.address()), (so, us) -> so + ", " + us);
        headers.put("Weir-Session", caller.session());
        headers.put("Weir-Key", CloudEvent.percentEncoded(caller.key()));
        if (caller.traceparent() != null) {
            headers.put("traceparent", caller.traceparent());
        }
        if (!caller.subprotocols().isEmpty()) {
            headers.put(PROTOCOL, String.join(", ", caller.subprotocols()));
        }
        headers.putAll(configured);
        return headers;
    }

    /** {@return the address without its port} */
    private static String host(String address) {
        int colon = address.lastIndexOf(':');
        boolean port = colon > 0 && (address.indexOf(':') == colon
                || address.charAt(colon - 1) == ']');
        return port ? address.substring(0, colon) : address;
    }
}
