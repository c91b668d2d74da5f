package dev.weir.connectors;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weir.connectors.LinkException.Kind;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.client.CoreClientUpgradeRequest;
import org.eclipse.jetty.websocket.core.client.WebSocketCoreClient;
import org.jspecify.annotations.Nullable;

/**
 * Opens one WebSocket to a service for each client: the way to put a relay in front of workers that
 * are WebSocket servers. Messages, subprotocol and close codes pass unchanged; see {@link
 * WebSocketLink}.
 *
 * <p>It has a Jetty client of its own, started with the first link: a selector and a few other
 * platform threads however many links there are, and a virtual thread for each readable event.
 */
public final class WebSocketConnector implements Connector {

    /** How often pings and deadlines are looked after. */
    private static final Duration TICK = Duration.ofMillis(250);

    private final Environment environment;
    private final String name;
    private final UrlTemplate url;
    private final WebSocketHeaders headers;
    private final WebSocketLink.Limits limits;
    private final boolean checksByHttp;
    private final String checkPath;
    private final WebSocketCoreClient client;
    private final Set<WebSocketLink> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private WebSocketConnector(Settings settings, Environment environment) {
        this.environment = environment;
        name = environment.name();
        url = UrlTemplate.of("url", settings.text("url"), "ws", "wss");
        headers = WebSocketHeaders.of(settings);
        limits = new WebSocketLink.Limits(
                environment.messageMax(),
                settings.bytes("buffer"),
                environment.deadlines().send(),
                environment.nanoClock(),
                ticks(settings.duration("ping")),
                ticks(settings.duration("pong")),
                ticks(settings.duration("close")));
        checksByHttp = settings.text("check").equals("http");
        checkPath = settings.text("check-path");
        if (!checkPath.startsWith("/")) {
            throw new IllegalArgumentException("check-path: must start with a slash");
        }
        client = client(settings);
    }

    private static int ticks(Duration duration) {
        return (int) Math.max(1, duration.dividedBy(TICK));
    }

    /** Only makes objects; threads begin with {@link #started}. */
    private WebSocketCoreClient client(Settings settings) {
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setSslContextFactory(Trust.of(settings));
        connector.setSendBufferSize((int) settings.bytes("socket-buffer"));
        connector.setReceiveBufferSize((int) settings.bytes("socket-buffer"));
        HttpClient http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        http.setExecutor(new WebSocketThreads("weir-" + name));
        http.setName("weir-" + name);
        http.setConnectTimeout(environment.deadlines().connect().toMillis());
        http.setAddressResolutionTimeout(environment.deadlines().connect().toMillis());
        http.setMaxConnectionsPerDestination(settings.count("handshakes"));
        // Jetty counts those that are about to connect as queued too.
        http.setMaxRequestsQueuedPerDestination(2 * settings.count("handshakes"));
        http.setHttpCookieStore(new HttpCookieStore.Empty()); // one client's are not another's
        http.setFollowRedirects(false);
        http.setUserAgentField(null);
        WebSocketCoreClient core = new WebSocketCoreClient(http, new WebSocketComponents());
        core.addBean(new Heartbeat());
        return core;
    }

    private WebSocketCoreClient started() throws LinkException {
        if (!closed && !client.isStarted()) {
            try {
                client.start(); // by the first of all callers; the others wait for it
            } catch (Exception e) {
                throw new LinkException(Kind.FAILED, name + ": cannot start: " + e, e);
            }
        }
        if (closed) {
            stop();
            throw new LinkException(Kind.CLOSED, name + ": is closed");
        }
        return client;
    }

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        URI uri = url.fill(name, caller.variables());
        WebSocketCoreClient started = started();
        WebSocketLink link = new WebSocketLink(name, limits, links);
        Handshake handshake = new Handshake(started, uri, link);
        handshake.headers(fields -> headers.of(caller).forEach(fields::put));
        handshake.setConfiguration(WebSocketLink.configuration());
        Duration patience = environment.deadlines().connect();
        CompletableFuture<CoreSession> opening = connect(started, handshake);
        try {
            opening.get(patience.toNanos(), NANOSECONDS);
        } catch (ExecutionException e) {
            throw handshake.failure(e.getCause());
        } catch (TimeoutException e) {
            abandon(opening, link);
            throw new LinkException(Kind.TIMED_OUT, name + ": " + url.origin()
                    + " did not answer the handshake within " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            abandon(opening, link);
            throw e;
        }
        if (closed) {
            link.abort();
        }
        link.begin();
        return link;
    }

    private CompletableFuture<CoreSession> connect(WebSocketCoreClient started, Handshake handshake)
            throws LinkException {
        try {
            return started.connect(handshake);
        } catch (IOException | IllegalStateException e) {
            throw new LinkException(Kind.CLOSED, name + ": is closed", e);
        }
    }

    private static void abandon(CompletableFuture<CoreSession> opening, WebSocketLink link) {
        opening.cancel(false);
        link.abort(); // in case it opened just now
    }

    @Override
    public void check() throws LinkException, InterruptedException {
        HttpClient http = started().getHttpClient();
        if (checksByHttp) {
            checkAnswer(http);
        } else {
            checkConnection(http);
        }
    }

    /** Any answer but a failure says that it is there: most have nothing for a plain GET. */
    private void checkAnswer(HttpClient http) throws LinkException, InterruptedException {
        long nanos = environment.deadlines().connect().toNanos();
        try (InputStreamResponseListener listener = new InputStreamResponseListener()) {
            http.newRequest(plain(checkPath))
                    .headers(fields -> fields.put(HttpHeader.CONNECTION, "close"))
                    .timeout(nanos, NANOSECONDS)
                    .send(listener);
            int status = listener.get(nanos, NANOSECONDS).getStatus();
            if (status >= 500) {
                throw new LinkException(Kind.FAILED,
                        name + ": " + url.origin() + checkPath + " answered " + status);
            }
        } catch (ExecutionException e) {
            throw unanswered(e.getCause());
        } catch (TimeoutException e) {
            throw unanswered(e);
        } catch (LinkException e) {
            throw e;
        } catch (IOException e) {
            throw unanswered(e);
        }
    }

    private URI plain(String path) {
        return URI.create((url.isSecure() ? "https://" : "http://") + url.authority() + path);
    }

    private void checkConnection(HttpClient http) throws LinkException, InterruptedException {
        CompletableFuture<Void> check = http
                .resolveDestination(http.newRequest(plain("/")))
                .newConnection()
                .thenAccept(Connection::close); // also when it comes too late
        try {
            check.get(environment.deadlines().connect().toNanos(), NANOSECONDS);
        } catch (ExecutionException e) {
            throw unanswered(e.getCause());
        } catch (TimeoutException e) {
            throw unanswered(e);
        }
    }

    private LinkException unanswered(@Nullable Throwable failure) {
        return JettyFailure.of(name + ": " + url.origin(), failure);
    }

    @Override
    public boolean opensAtService() {
        return true;
    }

    /** Ends the links with 1001, waits for their close handshakes, and drops what is left. */
    @Override
    public void close() {
        closed = true;
        links.forEach(link -> link.close(Goodbye.GOING_AWAY));
        try {
            long nanos = TICK.toNanos() * limits.closeTicks();
            long start = environment.nanoClock().getAsLong();
            for (WebSocketLink link : links) {
                link.awaitGone(nanos - (environment.nanoClock().getAsLong() - start));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        links.forEach(WebSocketLink::abort);
        stop();
    }

    private void stop() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException(name + ": did not stop cleanly", e);
        }
    }

    /** One handshake, and what the service answered to it. */
    private final class Handshake extends CoreClientUpgradeRequest {

        private final FrameHandler handler;
        private volatile @Nullable Response response;

        Handshake(WebSocketCoreClient client, URI uri, FrameHandler handler) {
            super(client, uri);
            this.handler = handler;
        }

        @Override
        public FrameHandler getFrameHandler() {
            return handler;
        }

        @Override
        public void onComplete(Result result) {
            response = result.getResponse();
            super.onComplete(result);
        }

        LinkException failure(@Nullable Throwable cause) {
            Response answer = response;
            if (answer == null || answer.getStatus() == 0) {
                return unanswered(cause);
            }
            int status = answer.getStatus();
            Kind kind = switch (status) {
                case 408, 504 -> Kind.TIMED_OUT;
                case 429, 503 -> Kind.BUSY;
                default -> status / 100 == 4 ? Kind.REJECTED : Kind.FAILED;
            };
            String said = status == 101
                    ? " answered no valid handshake: " + (cause == null ? "" : cause.getMessage())
                    : " answered the handshake with " + status + " " + answer.getReason();
            return new LinkException(kind, name + ": " + url.origin() + said, cause,
                    RetryAfter.of(answer.getHeaders().get(HttpHeader.RETRY_AFTER),
                            environment.clock()));
        }
    }

    /** Looks after all links; the only thread that does. Starts and stops with the client. */
    private final class Heartbeat extends AbstractLifeCycle {

        private @Nullable Thread thread;

        @Override
        protected void doStart() {
            thread = Thread.ofVirtual().name("weir-" + name + "-heartbeat").start(this::run);
        }

        private void run() {
            try {
                while (true) {
                    Thread.sleep(TICK);
                    links.forEach(WebSocketLink::tick);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // stopped
            }
        }

        @Override
        protected void doStop() {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    /** Makes them. */
    public static final class Provider implements Connector.Provider {

        private static final SettingsSpec SETTINGS = SettingsSpec.of(
                """
                type: websocket
                url: wss://robots.internal/robots/{robot}
                bearer: env:ROBOTS_TOKEN
                """,
                Setting.url("url",
                        "Where each client's WebSocket leads, ws or wss; {variables} of the"
                                + " route's path can be in its path and query",
                        "wss://robots.internal/robots/{robot}"),
                Setting.texts("headers", "Headers of every handshake, each as Name: value",
                        "['Tenant: blue']"),
                Setting.secret("bearer", "Token of the Authorization header", "env:ROBOTS_TOKEN"),
                Setting.duration("ping", Duration.ofSeconds(25), Duration.ofSeconds(1),
                        Duration.ofHours(1),
                        "After how long a silence the service is pinged"),
                Setting.duration("pong", Duration.ofSeconds(10), Duration.ofSeconds(1),
                        Duration.ofMinutes(10),
                        "How long after a ping a service that is still silent counts as lost"),
                Setting.duration("close", Duration.ofSeconds(5), Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        "How long the service may take to answer a close frame"),
                Setting.size("buffer", 1 << 20, 1 << 10, 1 << 30,
                        "Bytes of one link that were read and not yet taken for the client,"
                                + " beyond which nothing more is read"),
                Setting.size("socket-buffer", 64 << 10, 4 << 10, 16 << 20,
                        "Kernel buffer of a connection, each way"),
                Setting.count("handshakes", 256, 1, 10_000,
                        "Handshakes at once; as many more wait for their turn"),
                Setting.choice("check", List.of("http", "connect"),
                        "How the service is probed: by a plain GET, where any answer below 500"
                                + " says that it is there, or by a connection only"),
                Setting.text("check-path", "/", "Path of that GET", "/health"),
                Trust.CA);

        @Override
        public String type() {
            return "websocket";
        }

        @Override
        public String summary() {
            return "Opens one WebSocket to the service for each client.";
        }

        @Override
        public SettingsSpec settings() {
            return SETTINGS;
        }

        @Override
        public boolean choosesSubprotocol() {
            return true;
        }

        @Override
        public boolean concurrent() {
            return false;
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new WebSocketConnector(settings, environment);
        }
    }
}
