package dev.weir.session;

import dev.weir.config.RouteConfig;
import dev.weir.pair.Side;
import java.net.InetSocketAddress;
import java.time.Instant;

/**
 * Who a session is; fixed by its handshake.
 *
 * @param id unique across nodes
 * @param key what the route's variables captured; empty on a pool
 * @param subprotocol empty when none was agreed
 * @param remote the other end of the TCP connection
 * @param traceId the trace that its handshake belongs to (W3C Trace Context), or a new one
 * @param since when the handshake was admitted
 */
public record Identity(
        String id,
        Side side,
        RouteConfig route,
        String key,
        String subprotocol,
        InetSocketAddress remote,
        String traceId,
        Instant since) {

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
