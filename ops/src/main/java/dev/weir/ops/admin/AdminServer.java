package dev.weir.ops.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server behind the admin port. Without a token it listens on loopback only, and refuses
 * what a foreign web page could send through a browser (see {@link Guard}).
 *
 * <pre>
 * Server
 * └ Guard            limits, Host and Origin rules, the headers of every answer
 *   ├ StaticPages    GET / is the dashboard, GET /playground/
 *   └ BearerToken    who may ask for anything but the probes
 *     ├ handlers     GET /metrics and whatever else is no JSON
 *     └ Endpoints    GET /livez, GET /readyz and what was registered
 * </pre>
 *
 * It has its own threads, so it answers while everything else is stuck. All methods may be called
 * from any thread.
 */
public final class AdminServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

    private static final int HEADER_BYTES = 8 * 1024;
    private static final int CONNECTIONS = 256;
    /** One for each request at once, and what the server itself needs. */
    private static final int THREADS_MAX = 32;

    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final Duration STOP = Duration.ofSeconds(1);

    private final Server server;
    private final ServerConnector connector;
    private final List<String> endpoints;

    private AdminServer(Server server, ServerConnector connector, List<String> endpoints) {
        this.server = server;
        this.connector = connector;
        this.endpoints = endpoints;
    }

    /**
     * Starts listening.
     *
     * @param host an address of this machine, or a name of one
     * @param port 0 for any free port, see {@link #port()}
     * @param token what every request but the probes has to bring from now on, asked for at each;
     *     empty: nothing, which beyond loopback lets nobody in
     * @param endpoints what is answered beside {@code /livez}, {@code /readyz} and the pages
     * @throws IOException when it cannot listen, for example because the port is taken; the message
     *     is one line and names the address
     * @throws IllegalArgumentException when the host is not loopback and there is no token, or two
     *     endpoints have the same method and path
     */
    public static AdminServer start(
            String host,
            int port,
            Supplier<String> token,
            List<Endpoint> endpoints,
            Health health)
            throws IOException {
        return start(host, port, token, endpoints, health, List.of());
    }

    /** As above; asks these handlers first, behind the same guard and token. */
    public static AdminServer start(
            String host,
            int port,
            Supplier<String> token,
            List<Endpoint> endpoints,
            Health health,
            List<? extends Handler> handlers)
            throws IOException {
        boolean loopback = InetAddress.getByName(host).isLoopbackAddress();
        if (!loopback && token.get().isEmpty()) {
            throw new IllegalArgumentException(
                    "without a token the admin server listens on loopback only, not on " + host);
        }
        // Platform threads: it has to answer when no virtual thread gets to run, to say why.
        QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, 2);
        threads.setName("admin");
        Server server = new Server(threads);
        server.setStopTimeout(STOP.toMillis());
        server.setErrorHandler(new ErrorAnswers());
        Handler.Sequence behindToken = new Handler.Sequence();
        handlers.forEach(behindToken::addHandler);
        Endpoints all = new Endpoints(endpoints, health);
        behindToken.addHandler(all);
        server.setHandler(new Guard(host, loopback, new Handler.Sequence(
                new StaticPages(), new BearerToken(token, !loopback, behindToken))));

        ServerConnector connector = new ServerConnector(
                server, null, null, null, 1, 1, new HttpConnectionFactory(http()));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));

        AdminServer admin = new AdminServer(server, connector, all.list());
        try {
            server.start();
        } catch (Exception e) {
            admin.close();
            throw new IOException(
                    "admin: cannot listen on " + host + ":" + port + ": " + rootMessage(e), e);
        }
        return admin;
    }

    /** As the other, asking for no token. */
    public static AdminServer start(String host, int port, List<Endpoint> endpoints, Health health)
            throws IOException {
        return start(host, port, () -> "", endpoints, health);
    }

    /** What it answers, such as {@code GET /sessions/{id}}; the pages are not among it. */
    public List<String> endpoints() {
        return endpoints;
    }

    /** The port that it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Stops listening and ends what is open, within about a second. A second call does nothing. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("the admin server did not stop cleanly");
        }
    }

    private static HttpConfiguration http() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        return http;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
