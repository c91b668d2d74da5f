package dev.weir.accept;

import dev.weir.accept.Handshakes.Attempt;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.route.Routes;
import dev.weir.route.Routes.Match;
import dev.weir.session.Identity;
import dev.weir.session.Ids;
import dev.weir.session.LinkLeg;
import dev.weir.session.Reception;
import dev.weir.session.Refusal;
import dev.weir.session.RefusedException;
import dev.weir.session.Session;
import dev.weir.session.Upstream;
import dev.weir.session.Wire;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Answers every request: with the upgrade of a session that is part of its route from then on, or
 * with a refusal that says why. Runs on a virtual thread per request; it blocks only where a service
 * has a say in the answer, as long as that may take to connect.
 */
final class Handshake extends Handler.Abstract {

    private static final Logger log = LoggerFactory.getLogger(Handshake.class);

    private static final int BUFFER_BYTES = 64 * 1024;

    /** What a handshake needs of the node. */
    record Node(
            Supplier<Routes> routes,
            Admission admission,
            Reception reception,
            Session.Shared shared,
            Ids ids,
            Handshakes told,
            InstantSource clock) {

        BufferPool pool() {
            return shared.pool();
        }
    }

    private final Node node;
    private @Nullable WebSocketMappings webSockets;

    Handshake(Node node) {
        this.node = node;
    }

    @Override
    protected void doStart() throws Exception {
        webSockets = new WebSocketMappings(
                WebSocketServerComponents.ensureWebSocketComponents(getServer()));
        super.doStart();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String id = node.ids().next();
        InetSocketAddress remote = remoteOf(request);
        Attempt attempt = node.told().begin(request, id, hostOf(remote));
        try {
            node.admission().handshake(hostOf(remote));
            Match match = node.routes().get().find(Upgrade.path(request));
            if (match == null) {
                throw new RefusedException(Refusal.NO_ROUTE);
            }
            attempt.matches(match);
            Upgrade.check(request);
            Upgrade.checkOrigin(request, match.route());
            if (node.pool().nearlyExhausted()) {
                throw new RefusedException(Refusal.OUT_OF_MEMORY);
            }
            upgrade(new Negotiation(match, id, remote, attempt), request, response, callback);
        } catch (RefusedException e) {
            refuse(e.refusal(), id, attempt, request, response, callback);
        }
        return true;
    }

    private void upgrade(
            Negotiation negotiation, Request request, Response response, Callback callback)
            throws RefusedException {
        if (Upgrade.offersAcceptedExtension(request, negotiation.match.route())) {
            WebSocketMappings mappings = Objects.requireNonNull(webSockets);
            if (!mappings.upgrade(negotiation, request, response, callback, null)) {
                throw new RefusedException(Refusal.NOT_AN_UPGRADE);
            }
        } else {
            negotiation.switchProtocols(request, response, callback);
        }
    }

    private static void refuse(
            Refusal refusal,
            String id,
            Attempt attempt,
            Request request,
            Response response,
            Callback callback) {
        // A flood of handshakes must not become a flood of lines.
        Level level = refusal.status() == 429 ? Level.DEBUG : Level.INFO;
        log.atLevel(level)
                .addKeyValue("session", id)
                .addKeyValue("remote", String.valueOf(request.getConnectionMetaData()
                        .getRemoteSocketAddress()))
                .addKeyValue("path", request.getHttpURI().getPath())
                .addKeyValue("status", refusal.status())
                .addKeyValue("traceId", Upgrade.traceId(request))
                .addKeyValue("reason", refusal.text())
                .log("handshake refused");
        attempt.refused(refusal);
        Refusals.answer(refusal, id, response, callback);
    }

    private static InetSocketAddress remoteOf(Request request) {
        return request.getConnectionMetaData().getRemoteSocketAddress()
                        instanceof InetSocketAddress inet
                ? inet
                : InetSocketAddress.createUnresolved("unknown", 0);
    }

    private static String hostOf(InetSocketAddress remote) {
        return remote.getAddress() == null
                ? remote.getHostString()
                : remote.getAddress().getHostAddress();
    }

    /** One upgrade; Jetty calls it between its own checks and the answer 101. */
    private final class Negotiation extends Configuration.ConfigurationCustomizer
            implements WebSocketNegotiator {

        private final Match match;
        private final String id;
        private final InetSocketAddress remote;
        private final Attempt attempt;

        Negotiation(Match match, String id, InetSocketAddress remote, Attempt attempt) {
            this.match = match;
            this.id = id;
            this.remote = remote;
            this.attempt = attempt;
            setInputBufferSize(BUFFER_BYTES);
            setOutputBufferSize(BUFFER_BYTES);
            setMaxFrameSize(BUFFER_BYTES);
            setAutoFragment(true); // large frames come in parts, as they arrive
            setIdleTimeout(Duration.ZERO); // ours is the heartbeat
        }

        @Override
        public @Nullable FrameHandler negotiate(
                ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
            try {
                JettySocket socket = new JettySocket(node.shared().nanoClock());
                Session session = admit(request, socket);
                socket.bind(session);
                String subprotocol = session.identity().subprotocol();
                if (!subprotocol.isEmpty()) {
                    response.setAcceptedSubProtocol(subprotocol);
                }
                response.setExtensions(Deflate.accept(request.getExtensions()));
                response.getHeaders().put("Weir-Session", id);
                attempt.accepted();
                return socket;
            } catch (RefusedException e) {
                response.setExtensions(List.of());
                refuse(e.refusal(), id, attempt, request, response, callback);
                return null;
            }
        }

        /** Upgrades without an extension, and so without Jetty's WebSocket. */
        void switchProtocols(Request request, Response response, Callback callback)
                throws RefusedException {
            ConnectionMetaData connection = request.getConnectionMetaData();
            EndPoint endPoint = connection.getConnection().getEndPoint();
            FrameWriter writer = new FrameWriter(endPoint, node.shared().nanoClock());
            Session session = admit(request, writer);
            attempt.accepted();
            FrameConnection frames = new FrameConnection(
                    endPoint,
                    connection.getConnector().getExecutor(),
                    connection.getConnector().getByteBufferPool(),
                    session,
                    writer);
            connection.getConnector().getEventListeners().forEach(frames::addEventListener);
            endPoint.setIdleTimeout(0); // ours is the heartbeat
            Upgrade.answer(request, response, session.identity().subprotocol());
            response.getHeaders().put("Weir-Session", id);
            request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, frames);
            response.write(true, null, callback);
        }

        private String traceId(Request request) {
            if (attempt.context().isValid()) {
                return attempt.context().getTraceId();
            }
            String named = Upgrade.traceId(request);
            return named == null ? node.ids().nextTrace() : named;
        }

        private Session admit(Request request, Wire wire) throws RefusedException {
            String address = hostOf(remote);
            node.admission().enter(address);
            Session session;
            try {
                session = enter(request, wire);
            } catch (RefusedException e) {
                node.admission().leave(address);
                throw e;
            }
            Admission admission = node.admission(); // not this, which a session need not keep
            session.onGone(() -> admission.leave(address));
            Request.addCompletionListener(request, failure -> {
                if (failure != null) { // the answer did not reach the peer: there is no socket
                    session.end(new End(match.side(), CloseReason.NOT_OPENED));
                    session.gone();
                }
            });
            return session;
        }

        private Session enter(Request request, Wire wire) throws RefusedException {
            List<String> offered = Upgrade.subprotocols(request, match.route());
            LinkLeg dialed = dial(request, offered);
            String subprotocol = offered.isEmpty() ? "" : offered.getFirst();
            if (dialed != null) {
                subprotocol = dialed.subprotocol();
            }
            Session session = new Session(identity(request, subprotocol), wire, node.shared());
            if (dialed == null) {
                node.reception().admit(session);
            } else {
                node.reception().admit(session, dialed);
            }
            return session;
        }

        /** {@return the open link to a service that has a say in the answer, else null} */
        private @Nullable LinkLeg dial(Request request, List<String> offered)
                throws RefusedException {
            Upstream upstream = match.side() == Side.CLIENT
                    ? node.reception().upstream(match.route())
                    : null;
            return upstream != null && upstream.dialsFirst()
                    ? upstream.dial(identity(request, ""), offered)
                    : null;
        }

        private Identity identity(Request request, String subprotocol) {
            boolean traced = Upgrade.traceId(request) != null;
            return new Identity(
                    id, match.side(), match.route(), match.key(), match.variables(), subprotocol,
                    remote, traceId(request), Upgrade.forwarded(request, match.route()),
                    traced ? request.getHeaders().get("traceparent") : null,
                    attempt.context(), node.clock().instant());
        }
    }
}
