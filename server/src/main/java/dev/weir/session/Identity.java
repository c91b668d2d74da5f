package dev.weir.session;

import dev.weir.config.RouteConfig;
import dev.weir.pair.Side;
import io.opentelemetry.api.trace.SpanContext;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a session is; fixed by its handshake.
 *
 * @param id unique across nodes
 * @param key what the route's variables captured; empty on a pool
 * @param variables the same by name
 * @param subprotocol empty when none was agreed
 * @param remote the other end of the TCP connection
 * @param traceId the trace that its handshake belongs to (W3C Trace Context), or a new one
 * @param headers those of its handshake that its route passes on; names in lower case
 * @param traceparent the one of its handshake as it came (W3C Trace Context), or null
 * @param handshake the span of its handshake; not valid when spans are not sent anywhere
 * @param since when the handshake was admitted
 */
public record Identity(
        String id,
        Side side,
        RouteConfig route,
        String key,
        Map<String, String> variables,
        String subprotocol,
        InetSocketAddress remote,
        String traceId,
        Map<String, String> headers,
        @Nullable String traceparent,
        SpanContext handshake,
        Instant since) {

    public Identity {
        variables = Map.copyOf(variables);
        headers = Map.copyOf(headers);
    }

    /** {@return the remote address without its port} */
    public String host() {
        return remote.getAddress() == null
                ? remote.getHostString()
                : remote.getAddress().getHostAddress();
    }

    /** {@return the remote address with its port, as people write it} */
    public String address() {
        return host() + ":" + remote.getPort();
    }
}
