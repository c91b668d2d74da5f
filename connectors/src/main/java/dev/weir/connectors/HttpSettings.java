package dev.weir.connectors;

import dev.weir.connectors.HttpPool.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an HTTP connector, checked.
 *
 * @param url where messages go, with variables of the route's path
 * @param protocol which versions of HTTP
 * @param headers that every request has, the one of the token too
 * @param textType the content type of text
 * @param answer what becomes of an answer
 * @param streamLimit how long a streamed one may last
 * @param answers bytes of answers that may wait for one client
 * @param tellsConnected whether the service is told of a client that comes
 * @param tellsDisconnected whether it is told of one that leaves
 * @param connections at most, at once
 * @param queue requests that may wait for one
 * @param keepAlive how long an unused connection is kept
 * @param health what is asked whether the service is well, or null
 * @param origin for the handshake of web hooks; empty when it is not made
 * @param rate messages a minute that it asks for; 0 is none
 * @param tls for https, with whom it trusts
 */
record HttpSettings(
        UrlTemplate url,
        Protocol protocol,
        List<HttpField> headers,
        String textType,
        Answer answer,
        Duration streamLimit,
        long answers,
        boolean tellsConnected,
        boolean tellsDisconnected,
        int connections,
        int queue,
        Duration keepAlive,
        @Nullable UrlTemplate health,
        String origin,
        int rate,
        SslContextFactory.Client tls) {

    static final SettingsSpec SPEC = SettingsSpec.of(
            """
            type: http
            url: https://orders.example.com/robots/{robot}
            token: env:ORDERS_TOKEN
            events: [connected, disconnected]
            """,
            Setting.url("url",
                    "Where each message is posted; its path and query may have variables of the"
                            + " route's path",
                    "http://127.0.0.1:8000/messages"),
            Setting.choice("protocol", List.of("auto", "http1", "http2"),
                    "HTTP version; auto lets an https service choose, and is HTTP/1.1 on http;"
                            + " http2 needs no upgrade on http"),
            Setting.texts("headers", "Headers of every request, beside those of the event",
                    "['X-Tenant: blue']"),
            Setting.secret("token", "Sent as Authorization: Bearer", "env:ORDERS_TOKEN"),
            Setting.text("text-type", CloudEvent.TEXT, "Content type of text messages",
                    "application/json"),
            Setting.choice("answer", List.of("body", "stream", "none"),
                    "What goes back to the client: the body as one message; the events of"
                            + " text/event-stream or the lines of application/x-ndjson as they come;"
                            + " nothing"),
            Setting.duration("stream-limit", Duration.ofMinutes(10), Duration.ofSeconds(1),
                    Duration.ofHours(24), "How long a streamed answer may last in all"),
            Setting.size("answers", 1024 * 1024, 1, 1L << 30,
                    "Bytes of answers that may wait for one client"),
            Setting.texts("events",
                    "Of what the service is told beside messages: connected, disconnected",
                    "[connected, disconnected]"),
            Setting.count("connections", 256, 1, 20_000, "Connections to the service at once"),
            Setting.count("queue", 1024, 1, 100_000,
                    "Requests that may wait for a connection, at most the connect deadline"),
            Setting.duration("keep-alive", Duration.ofSeconds(4), Duration.ofSeconds(1),
                    Duration.ofMinutes(10),
                    "How long an unused HTTP/1.1 connection is kept; should be less than the"
                            + " service keeps it"),
            Setting.text("health", "",
                    "URL that answers 2xx while the service is well; without it any answer to"
                            + " OPTIONS will do",
                    "http://127.0.0.1:8000/health"),
            Setting.onOff("validate", false,
                    "Whether to ask for permission first, by the validation handshake of CloudEvents"
                            + " web hooks"),
            Setting.text("origin", "", "Host name under which permission is asked for",
                    "weir.example.com"),
            Setting.count("rate", 0, 0, 1_000_000,
                    "Messages a minute that permission is asked for; 0 is any number"),
            Trust.CA);

    private static final Pattern HEADER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):\\s*([\\x21-\\x7e][\\x20-\\x7e\\t]*)");

    /** Headers that frame or name the message: ours alone. */
    private static final Set<String> RESERVED = Set.of(
            "connection", "content-encoding", "content-length", "content-type", "expect", "host",
            "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
            "transfer-encoding", "upgrade", "traceparent");

    /** What becomes of an answer. */
    enum Answer {
        BODY,
        STREAM,
        NONE
    }

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException that starts with the key that is wrong
     */
    static HttpSettings of(Settings settings) {
        UrlTemplate url = UrlTemplate.of("url", settings.text("url"), "http", "https");
        List<String> events = settings.texts("events");
        for (String event : events) {
            if (!event.equals("connected") && !event.equals("disconnected")) {
                throw new IllegalArgumentException("events: is connected, disconnected or both");
            }
        }
        String health = settings.text("health");
        return new HttpSettings(
                url,
                Protocol.valueOf(settings.text("protocol").toUpperCase(Locale.ROOT)),
                headers(settings),
                settings.text("text-type"),
                Answer.valueOf(settings.text("answer").toUpperCase(Locale.ROOT)),
                settings.duration("stream-limit"),
                settings.bytes("answers"),
                events.contains("connected"),
                events.contains("disconnected"),
                settings.count("connections"),
                settings.count("queue"),
                settings.duration("keep-alive"),
                health.isEmpty() ? null : health(health),
                origin(settings, url),
                settings.count("rate"),
                Trust.of(settings));
    }

    private static UrlTemplate health(String text) {
        UrlTemplate health = UrlTemplate.of("health", text, "http", "https");
        if (!health.variables().isEmpty()) {
            throw new IllegalArgumentException("health: has no client, so it can have no variable");
        }
        return health;
    }

    private static String origin(Settings settings, UrlTemplate url) {
        String origin = settings.text("origin");
        if (!settings.isOn("validate")) {
            return "";
        }
        if (origin.isEmpty()) {
            throw new IllegalArgumentException("origin: is missing, and validate needs it");
        }
        if (!url.variables().isEmpty()) {
            throw new IllegalArgumentException(
                    "validate: asks once for one URL, so url can have no variable");
        }
        return origin;
    }

    private static List<HttpField> headers(Settings settings) {
        List<HttpField> headers = new ArrayList<>();
        for (String line : settings.texts("headers")) {
            var header = HEADER.matcher(line);
            if (!header.matches()) {
                throw new IllegalArgumentException("headers: must be like 'Name: value'");
            }
            if (isReserved(header.group(1))) {
                throw new IllegalArgumentException(
                        "headers: " + header.group(1) + " cannot be set here");
            }
            headers.add(new HttpField(header.group(1), header.group(2)));
        }
        String token = settings.text("token");
        if (!token.isEmpty()) {
            headers.add(new HttpField(HttpHeader.AUTHORIZATION, "Bearer " + token));
        }
        return headers;
    }

    /** {@return whether that header is for the connector alone to set} */
    static boolean isReserved(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return RESERVED.contains(lower)
                || lower.startsWith("ce-")
                || lower.startsWith("sec-websocket-");
    }
}
