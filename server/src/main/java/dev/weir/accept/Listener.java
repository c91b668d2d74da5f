package dev.weir.accept;

import dev.weir.config.Config;
import dev.weir.config.LimitsConfig;
import dev.weir.config.ListenConfig;
import dev.weir.config.RouteConfig;
import dev.weir.route.Routes;
import dev.weir.session.Ids;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The port that clients and workers connect to.
 *
 * <pre>
 * Server              platform threads: one acceptor, the selectors, the scheduler
 * ├ ServerConnector   HTTP/1.1; each readable event runs on a new virtual thread
 * │ ├ HandshakeDeadline
 * │ └ NetworkConnectionLimit   the hard stop behind the admission, which answers 503
 * └ Handshake         the answer to every request
 * </pre>
 */
public final class Listener implements AutoCloseable {

    /** Threads for all but selecting: accepting, timers, the ends of connections. */
    private static final int THREADS_BESIDE = 32;

    private static final int ACCEPT_QUEUE = 4096;

    /** Connections beyond the limit of sessions that may be in their handshake, to be told 503. */
    private static final int HANDSHAKES_BESIDE = 1024;

    private final Server server;
    private final ServerConnector connector;
    private final Admission admission;
    private final NetworkConnectionLimit hardStop;
    private final AtomicReference<Routes> routes;

    private Listener(
            Server server,
            ServerConnector connector,
            Admission admission,
            NetworkConnectionLimit hardStop,
            AtomicReference<Routes> routes) {
        this.server = server;
        this.connector = connector;
        this.admission = admission;
        this.hardStop = hardStop;
        this.routes = routes;
    }

    /**
     * Starts to listen.
     *
     * @throws IOException when it cannot, for instance because the port is taken; one line
     */
    public static Listener start(
            Config config,
            Reception reception,
            Session.Shared shared,
            Ids ids,
            Handshakes handshakes,
            InstantSource clock)
            throws IOException {
        ListenConfig listen = config.listen();
        Admission admission = new Admission(config.limits(), shared.nanoClock());
        // Not VirtualThreadPool: it limits tasks to 200, starves handshakes under load, and its
        // virtual selector can spin for ever with a single carrier.
        QueuedThreadPool threads = new QueuedThreadPool(
                Runtime.getRuntime().availableProcessors() + THREADS_BESIDE);
        threads.setName("weir");
        // Without names: one is made for every readable event.
        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        Server server = new Server(threads);
        server.setErrorHandler(new Refusals.ByJetty(ids, handshakes));
        AtomicReference<Routes> routes = new AtomicReference<>(new Routes(config.routes()));
        server.setHandler(new Handshake(new Handshake.Node(
                routes::get,
                admission,
                reception,
                shared,
                ids,
                handshakes,
                clock)));

        int selectors = Runtime.getRuntime().availableProcessors(); // they forward, too
        ServerConnector connector = new FrameConnector(server, selectors, http(listen));
        connector.setHost(listen.host());
        connector.setPort(listen.port());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize((int) listen.sendBuffer().bytes());
        connector.setAcceptedReceiveBufferSize((int) listen.receiveBuffer().bytes());
        connector.addEventListener(
                new HandshakeDeadline(connector.getScheduler(), listen.handshakeDeadline()));
        server.addConnector(connector);
        NetworkConnectionLimit hardStop = new NetworkConnectionLimit(
                config.limits().connections() + HANDSHAKES_BESIDE, connector);
        server.addBean(hardStop);

        Listener listener = new Listener(server, connector, admission, hardStop, routes);
        try {
            server.start();
        } catch (Exception e) {
            listener.close();
            throw new IOException(
                    "cannot listen on " + listen.host() + ":" + listen.port() + ": " + rootOf(e),
                    e);
        }
        return listener;
    }

    private static HttpConfiguration http(ListenConfig listen) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setRequestHeaderSize((int) listen.headerBytes().bytes());
        http.setHttpCompliance(HttpCompliance.STRICT);
        return http;
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** {@return the port that it listens on} */
    public int port() {
        return connector.getLocalPort();
    }

    /** Changes routes and limits for the handshakes that come from now on. */
    public void change(List<RouteConfig> changedRoutes, LimitsConfig limits) {
        hardStop.setMaxNetworkConnectionCount(limits.connections() + HANDSHAKES_BESIDE);
        admission.limit(limits);
        routes.set(new Routes(changedRoutes));
    }

    /** Refuses every handshake from now on with 503; open connections stay. */
    public void refuse() {
        admission.close();
    }

    /** {@return whether it takes handshakes} */
    public boolean accepting() {
        return connector.isRunning() && !admission.closed();
    }

    /** Stops listening and drops what is still open. */
    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the listener did not stop cleanly", e);
        }
    }
}
