package dev.weir.connectors;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The client that a link is for.
 *
 * @param session id of its session, unique across nodes
 * @param route name of its route
 * @param key what the route's variables captured, joined by slashes; empty on a pool
 * @param variables the same by name
 * @param address its address and port
 * @param subprotocols what it offers, or the one that was chosen already
 * @param headers those of its handshake that the route passes on; names in lower case
 * @param traceparent the trace of its handshake (W3C Trace Context), or null
 * @param since when its handshake was admitted
 */
public record Caller(
        String session,
        String route,
        String key,
        Map<String, String> variables,
        String address,
        List<String> subprotocols,
        Map<String, String> headers,
        @Nullable String traceparent,
        Instant since) {

    public Caller {
        variables = Map.copyOf(variables);
        subprotocols = List.copyOf(subprotocols);
        headers = Map.copyOf(headers);
    }

    /** {@return the same client as a part of another trace} */
    public Caller withTraceparent(String other) {
        return new Caller(
                session, route, key, variables, address, subprotocols, headers, other, since);
    }
}
