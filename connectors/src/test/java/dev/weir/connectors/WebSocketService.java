package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;
import org.jspecify.annotations.Nullable;

/**
 * A real WebSocket server, frame by frame, so that it can misbehave. What the first segment of the
 * path says is what it does: {@code echo}; {@code mute} reads and answers nothing, not even pings;
 * {@code deaf} does not even read; {@code greet} sends messages right
 * behind its answer to the handshake; a number refuses the handshake with that status.
 */
final class WebSocketService {

    static final int GREETINGS = 500;

    private final Server server = new Server(threads());
    private final ServerConnector connector;
    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();

    /** The subprotocol that it picks, out of those offered. */
    volatile UnaryOperator<List<String>> choice = offered -> List.of();

    /** Header of refusals. */
    volatile String retryAfter = "";

    private int port;

    private WebSocketService(int port, SslContextFactory.@Nullable Server tls) {
        connector = new ServerConnector(server, null, null, null, 1, 1,
                AbstractConnectionFactory.getFactories(tls, new HttpConnectionFactory()));
        connector.getConnectionFactory(HttpConnectionFactory.class).getHttpConfiguration()
                .setUriCompliance(UriCompliance.UNSAFE); // the test looks at what came
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setPort(port);
        server.addConnector(connector);
        server.setStopTimeout(0);
    }

    /** Starts one; at any free port when that is 0. */
    static WebSocketService start(int port) throws Exception {
        return start(port, null);
    }

    /** The same with TLS, unless that is null. */
    static WebSocketService start(int port, SslContextFactory.@Nullable Server tls)
            throws Exception {
        WebSocketService service = new WebSocketService(port, tls);
        WebSocketComponents components =
                WebSocketServerComponents.ensureWebSocketComponents(service.server);
        service.server.setHandler(service.new Upgrades(new WebSocketMappings(components)));
        service.server.start();
        service.port = service.connector.getLocalPort();
        return service;
    }

    /** The threads of this service are none that a connector leaves behind. */
    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(32);
        threads.setName("junit-service");
        return threads;
    }

    int port() {
        return port;
    }

    /** {@return the next that connected} */
    Peer nextPeer() throws InterruptedException {
        Peer peer = peers.poll(30, TimeUnit.SECONDS);
        if (peer == null) {
            throw new AssertionError("nobody connected");
        }
        return peer;
    }

    int connections() {
        return connector.getConnectedEndPoints().size();
    }

    /** Ends at once, without close frames. */
    void stop() throws Exception {
        connector.getConnectedEndPoints().forEach(endPoint -> endPoint.close());
        server.stop();
    }

    private final class Upgrades extends Handler.Abstract {

        private final WebSocketMappings mappings;

        Upgrades(WebSocketMappings mappings) {
            this.mappings = mappings;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            String what = request.getHttpURI().getPath().split("/", -1)[1];
            if (what.matches("[0-9]{3}")) {
                response.getHeaders().put("Retry-After", retryAfter);
                response.setStatus(Integer.parseInt(what));
                callback.succeeded();
                return true;
            }
            return mappings.upgrade(
                    (upgrade, answer, done) -> negotiate(what, upgrade, answer),
                    request, response, callback, null);
        }

        private Peer negotiate(String what, Request request, ServerUpgradeResponse answer) {
            List<String> offered =
                    request.getHeaders().getCSV("Sec-WebSocket-Protocol", false);
            choice.apply(offered).forEach(answer::setAcceptedSubProtocol);
            Peer peer = new Peer(what, request.getHttpURI().getPathQuery(),
                    HttpFields.build(request.getHeaders()).asImmutable());
            peers.add(peer);
            return peer;
        }
    }

    /** One connection of the service. */
    static final class Peer implements FrameHandler {

        private final String what;
        private final String path;
        private final HttpFields headers;
        private final List<Frame> frames = new CopyOnWriteArrayList<>();
        private volatile @Nullable CoreSession core;
        private volatile @Nullable CloseStatus closed;

        Peer(String what, String path, HttpFields headers) {
            this.what = what;
            this.path = path;
            this.headers = headers;
        }

        String path() {
            return path;
        }

        HttpFields headers() {
            return headers;
        }

        /** {@return the control frames that came} */
        List<Frame> controls(byte opcode) {
            return frames.stream().filter(frame -> frame.getOpCode() == opcode).toList();
        }

        /** {@return how the connection ended; waits for it} */
        CloseStatus closed() {
            return await().atMost(Duration.ofSeconds(30))
                    .until(() -> closed, status -> status != null);
        }

        private CoreSession core() {
            return await().atMost(Duration.ofSeconds(30))
                    .until(() -> core, session -> session != null);
        }

        /** Sends a frame, and waits until the kernel has it. */
        void send(byte opcode, boolean fin, byte[] payload) throws Exception {
            send(opcode, fin, payload, 30, TimeUnit.SECONDS);
        }

        void send(byte opcode, boolean fin, byte[] payload, long time, TimeUnit unit)
                throws Exception {
            Callback.Completable sent = new Callback.Completable();
            core().sendFrame(
                    new Frame(opcode, fin, ByteBuffer.wrap(payload)), sent, false);
            sent.get(time, unit);
        }

        void text(String text) throws Exception {
            send(OpCode.TEXT, true, text.getBytes(UTF_8));
        }

        /** Closes with that code; 1005 is a close frame without one. */
        void close(int code, String reason) {
            if (code == CloseStatus.NO_CODE) {
                core().close(Callback.NOOP);
            } else {
                core().close(code, reason, Callback.NOOP);
            }
        }

        /** Drops the connection. */
        void abort() {
            core().abort();
        }

        @Override
        public void onOpen(CoreSession session, Callback callback) {
            session.setAutoFragment(false);
            session.setMaxFrameSize(0);
            core = session;
            callback.succeeded();
            if (what.equals("greet")) {
                for (int i = 0; i < GREETINGS; i++) {
                    session.sendFrame(new Frame(OpCode.TEXT, "greeting " + i), Callback.NOOP,
                            i < GREETINGS - 1);
                }
            }
            if (!what.equals("deaf")) {
                session.demand();
            }
        }

        @Override
        public void onFrame(Frame frame, Callback callback) {
            byte[] payload = frame.hasPayload()
                    ? BufferUtil.toArray(frame.getPayload())
                    : new byte[0];
            if (frame.isControlFrame()) {
                frames.add(new Frame(frame.getOpCode(), ByteBuffer.wrap(payload)));
            }
            if (what.equals("echo") && frame.isDataFrame()) {
                Objects.requireNonNull(core).sendFrame(new Frame(frame.getOpCode(), frame.isFin(),
                        ByteBuffer.wrap(Arrays.copyOf(payload, payload.length))),
                        Callback.NOOP, false);
            }
            callback.succeeded();
            if (frame.getOpCode() != OpCode.CLOSE) {
                Objects.requireNonNull(core).demand();
            }
        }

        @Override
        public void onError(Throwable cause, Callback callback) {
            callback.succeeded();
        }

        @Override
        public void onClosed(CloseStatus status, Callback callback) {
            closed = status;
            callback.succeeded();
        }
    }
}
