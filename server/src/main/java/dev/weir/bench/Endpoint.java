package dev.weir.bench;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one side of the pairs connects to.
 *
 * @param host name or address
 * @param port TCP port
 * @param template path and query; {@code {key}} stands for what a pair has in common
 * @param fields header lines, which may have {@code {key}} too
 * @param subprotocol the one that is offered and must be chosen, or nothing
 */
public record Endpoint(
        String host, int port, String template, List<String> fields, String subprotocol) {

    private static final String KEY = "{key}";
    private static final int HTTP_PORT = 80;

    public Endpoint {
        fields = List.copyOf(fields);
    }

    /**
     * Reads a URL such as {@code ws://localhost:8080/client/{key}?token=x}.
     *
     * @throws IllegalArgumentException if it is none; the message says what is wrong
     */
    public static Endpoint of(String url, List<String> fields, String subprotocol) {
        if (url.startsWith("wss:")) {
            throw new IllegalArgumentException(
                    "wss is not supported: measure the relay without TLS");
        }
        // What a key is made of needs no escape, and neither does its place.
        URI uri = URI.create(url.replace(KEY, "KEY"));
        if (!"ws".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "expected a URL like ws://localhost:8080/client/{key}, not " + url);
        }
        int slash = url.indexOf('/', "ws://".length());
        String template = slash < 0 ? "/" : url.substring(slash);
        if (!template.contains(KEY) && fields.stream().noneMatch(line -> line.contains(KEY))) {
            throw new IllegalArgumentException("no {key} in " + url
                    + ": without one it cannot be known which connections the relay pairs");
        }
        for (String field : fields) {
            if (field.indexOf(':') < 1 || field.chars().anyMatch(c -> c < ' ')) {
                throw new IllegalArgumentException("a header is written Name: value, not " + field);
            }
        }
        int port = uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
        return new Endpoint(uri.getHost(), port, template, fields, subprotocol);
    }

    String path(String key) {
        return template.replace(KEY, key);
    }

    String authority() {
        return host + ":" + port;
    }

    /** {@return the header lines beside those that every handshake has} */
    List<String> headers(String key) {
        List<String> lines = new ArrayList<>();
        if (!subprotocol.isEmpty()) {
            lines.add("Sec-WebSocket-Protocol: " + subprotocol);
        }
        fields.forEach(line -> lines.add(line.replace(KEY, key)));
        return lines;
    }
}
