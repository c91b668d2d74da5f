package dev.weir.accept;

import dev.weir.config.RouteConfig;
import dev.weir.session.Refusal;
import dev.weir.session.RefusedException;
import java.net.URI;
import java.util.Base64;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
import org.eclipse.jetty.websocket.core.util.WebSocketUtils;
import org.jspecify.annotations.Nullable;

/** What a request must be to become a WebSocket (RFC 6455 section 4.2.1). Jetty asks for less. */
final class Upgrade {

    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;

    /** Anything that two servers in a row might read differently. */
    private static final Pattern AMBIGUOUS_PATH = Pattern.compile(
            "//|;|\\\\|/\\.{1,2}(/|$)|%2f|%5c|%2e|%00", Pattern.CASE_INSENSITIVE);

    private static final Pattern TRACEPARENT =
            Pattern.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private static final HttpField UPGRADE =
            new PreEncodedHttpField(HttpHeader.UPGRADE, "websocket");
    private static final HttpField CONNECTION =
            new PreEncodedHttpField(HttpHeader.CONNECTION, "Upgrade");

    private Upgrade() {}

    /** {@return the decoded path} */
    static String path(Request request) throws RefusedException {
        String raw = request.getHttpURI().getPath();
        String decoded = request.getHttpURI().getDecodedPath();
        if (raw == null
                || decoded == null
                || AMBIGUOUS_PATH.matcher(raw).find()
                || decoded.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedException(Refusal.MALFORMED_PATH);
        }
        return decoded;
    }

    /** Refuses what is no handshake. */
    static void check(Request request) throws RefusedException {
        HttpFields headers = request.getHeaders();
        if (!HttpMethod.GET.is(request.getMethod())) {
            throw new RefusedException(Refusal.NOT_GET);
        }
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1
                || !headers.contains(HttpHeader.UPGRADE, "websocket")
                || !headers.contains(HttpHeader.CONNECTION, "upgrade")) {
            throw new RefusedException(Refusal.NOT_AN_UPGRADE);
        }
        if (!VERSION.equals(headers.get(HttpHeader.SEC_WEBSOCKET_VERSION))) {
            throw new RefusedException(Refusal.WRONG_VERSION);
        }
        List<String> keys = headers.getValuesList(HttpHeader.SEC_WEBSOCKET_KEY);
        if (keys.size() != 1 || !isKey(keys.getFirst())) {
            throw new RefusedException(Refusal.MALFORMED_KEY);
        }
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Refuses a web page whose origin the route does not list; who sends no Origin is no page. */
    static void checkOrigin(Request request, RouteConfig route) throws RefusedException {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null || route.origins().isEmpty()) {
            return;
        }
        String host = hostOf(origin);
        for (String allowed : route.origins()) {
            boolean matches = allowed.startsWith("*.")
                    ? host != null && host.endsWith(allowed.substring(1).toLowerCase(Locale.ROOT))
                    : allowed.equalsIgnoreCase(origin) || allowed.equalsIgnoreCase(host);
            if (matches) {
                return;
            }
        }
        throw new RefusedException(Refusal.FORBIDDEN_ORIGIN);
    }

    private static @Nullable String hostOf(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host == null ? null : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** {@return the trace that the request belongs to (W3C Trace Context), or null} */
    static @Nullable String traceId(Request request) {
        String traceparent = request.getHeaders().get("traceparent");
        if (traceparent == null) {
            return null;
        }
        Matcher matcher = TRACEPARENT.matcher(traceparent);
        return matcher.matches() ? matcher.group(1) : null;
    }

    /** {@return the offered subprotocols that the route has, in the order of the offer} */
    static List<String> subprotocols(Request request, RouteConfig route) {
        return request.getHeaders().getCSV(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, true).stream()
                .filter(o -> route.subprotocols().isEmpty() || route.subprotocols().contains(o))
                .toList();
    }

    /** {@return whether an extension is to be agreed on: the route allows it, the offer is good} */
    static boolean offersAcceptedExtension(Request request, RouteConfig route) {
        if (!route.compression()
                || !request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_EXTENSIONS)) {
            return false;
        }
        Enumeration<String> offers =
                request.getHeaders().getValues(HttpHeader.SEC_WEBSOCKET_EXTENSIONS.asString());
        return !Deflate.accept(ExtensionConfig.parseEnum(offers)).isEmpty();
    }

    /** Writes the head of the answer that switches protocols (RFC 6455 section 4.2.2). */
    static void answer(Request request, Response response, String subprotocol) {
        String key = request.getHeaders().get(HttpHeader.SEC_WEBSOCKET_KEY);
        response.setStatus(HttpStatus.SWITCHING_PROTOCOLS_101);
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(UPGRADE);
        headers.put(CONNECTION);
        headers.put(HttpHeader.SEC_WEBSOCKET_ACCEPT, WebSocketUtils.hashKey(key.strip()));
        if (!subprotocol.isEmpty()) {
            headers.put(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, subprotocol);
        }
    }

    /** {@return the headers that the route passes on to its service; names in lower case} */
    static Map<String, String> forwarded(Request request, RouteConfig route) {
        Map<String, String> forwarded = new HashMap<>();
        for (String name : route.forwardHeaders()) {
            List<String> values = request.getHeaders().getValuesList(name);
            if (!values.isEmpty()) {
                forwarded.put(name.toLowerCase(Locale.ROOT), String.join(", ", values));
            }
        }
        return forwarded;
    }
}
