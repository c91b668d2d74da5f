package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ConnectionPool;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ConcurrentPool;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one HTTP service: Jetty's client, stripped of what a browser needs (redirects,
 * cookies, decompression, authentication). Started by the first call. A handful of platform threads
 * however many calls wait, for who waits is a virtual thread of the caller.
 */
final class HttpPool {

    private static final Logger log = LoggerFactory.getLogger(HttpPool.class);

    /** Exchanges at once on one HTTP/2 connection, even if the service would allow more. */
    private static final int MULTIPLEX = 128;

    /** What one HTTP/2 exchange may have in flight towards us: bounds memory of slow takers. */
    private static final int STREAM_WINDOW = 64 * 1024;

    private static final int STOP_MILLIS = 3000;

    private final String name;
    private final HttpClient client;
    private boolean started;
    private boolean closed;

    /**
     * Connections that nobody has opened yet.
     *
     * @param name of the connector
     * @param connect how long to wait for a name, and for a connection
     * @param longest how long a call may last
     * @param settings protocol, bounds and trust
     */
    HttpPool(String name, Duration connect, Duration longest, HttpSettings settings) {
        this.name = name;
        QueuedThreadPool threads = new QueuedThreadPool(8, 1);
        threads.setName("http-" + name);
        threads.setDaemon(true);
        threads.setStopTimeout(STOP_MILLIS);
        threads.setReservedThreads(0);
        threads.setVirtualThreadsExecutor(
                VirtualThreads.getNamedVirtualThreadsExecutor("http-" + name + "-"));

        ClientConnector connector = new ClientConnector();
        connector.setExecutor(threads);
        connector.setScheduler(new ScheduledExecutorScheduler("http-" + name + "-timer", true));
        connector.setSelectors(1);
        connector.setSslContextFactory(settings.tls());

        HttpClientTransportDynamic transport = settings.protocol().over(connector, longest);
        transport.setConnectionPoolFactory(
                to -> pool(to, settings.protocol(), settings.connections()));
        client = new HttpClient(transport);
        client.setName("http-" + name);
        client.setConnectTimeout(connect.toMillis());
        client.setAddressResolutionTimeout(connect.toMillis());
        client.setIdleTimeout(settings.keepAlive().toMillis());
        client.setMaxConnectionsPerDestination(settings.connections());
        client.setMaxRequestsQueuedPerDestination(settings.queue());
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "weir"));
    }

    /** Which versions of HTTP. */
    enum Protocol {
        /** On https what ALPN says, else HTTP/1.1. */
        AUTO,
        HTTP1,
        /** On http with prior knowledge (RFC 9113 section 3.3). */
        HTTP2;

        private HttpClientTransportDynamic over(ClientConnector connector, Duration longest) {
            var http1 = HttpClientConnectionFactory.HTTP11;
            var http2 = new Http2(connector, longest);
            // The first is what is spoken on http, and with a service that has no ALPN.
            return switch (this) {
                case AUTO -> new HttpClientTransportDynamic(connector, http1, http2);
                case HTTP1 -> new HttpClientTransportDynamic(connector, http1);
                case HTTP2 -> new HttpClientTransportDynamic(connector, http2);
            };
        }
    }

    /**
     * HTTP/2 with two bounds of our own.
     *
     * <p>A client that does not take its answer must not hold up the others on the connection: the
     * connection's window has room for all streams at once, twice, because it is given back when
     * half of it was used.
     *
     * <p>Jetty closes a connection on which nothing moves, even if calls wait on it: so it is kept
     * for longer than any call lasts. HTTP/2 tells when a service closes one that is unused, so
     * there is no need to be first.
     */
    private static final class Http2 extends ClientConnectionFactoryOverHTTP2.HTTP2 {

        private final long idleMillis;

        Http2(ClientConnector connector, Duration longest) {
            super(windowed(new HTTP2Client(connector)));
            idleMillis = longest.plusSeconds(5).toMillis();
        }

        private static HTTP2Client windowed(HTTP2Client http2) {
            http2.setInitialStreamRecvWindow(STREAM_WINDOW);
            http2.setInitialSessionRecvWindow(2 * MULTIPLEX * STREAM_WINDOW);
            return http2;
        }

        @Override
        public ClientConnectionFactory getClientConnectionFactory() {
            ClientConnectionFactory factory = super.getClientConnectionFactory();
            return (endPoint, context) -> {
                endPoint.setIdleTimeout(idleMillis);
                return factory.newConnection(endPoint, context);
            };
        }
    }

    private static ConnectionPool pool(Destination to, Protocol protocol, int connections) {
        int expected = protocol == Protocol.HTTP2 ? MULTIPLEX : 1;
        return new MultiplexConnectionPool(
                to,
                () -> new ConcurrentPool<>(
                        ConcurrentPool.StrategyType.FIRST,
                        connections,
                        connection ->
                                connection instanceof ConnectionPool.MaxMultiplexable many
                                        ? Math.min(many.getMaxMultiplex(), MULTIPLEX)
                                        : 1),
                expected) {};
    }

    /**
     * {@return a request that nobody has sent yet}
     *
     * @throws LinkException of kind {@link Kind#CLOSED} after {@link #close}
     */
    Request request(String method, URI url) throws LinkException {
        return started().newRequest(url).method(method).idleTimeout(0, TimeUnit.MILLISECONDS);
    }

    /** Starting is threads and no I/O; so it may be done under the lock. */
    private synchronized HttpClient started() throws LinkException {
        if (closed) {
            throw closedException();
        }
        if (!started) {
            try {
                client.start();
            } catch (Exception e) {
                throw new LinkException(
                        Kind.UNREACHABLE, name + ": the HTTP client does not start: " + e, e);
            }
            // These come with the start. Interim answers (1xx) are still passed over.
            client.getContentDecoderFactories().clear();
            client.getProtocolHandlers().clear();
            client.getProtocolHandlers().put(new ProcessingProtocolHandler());
            client.getProtocolHandlers().put(new EarlyHintsProtocolHandler());
            started = true;
        }
        return client;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    LinkException closedException() {
        return new LinkException(Kind.CLOSED, name + ": is closed");
    }

    /** Ends all calls and connections; idempotent. */
    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (!started) {
                return;
            }
        }
        try {
            client.stop();
        } catch (Exception e) {
            log.atWarn()
                    .addKeyValue("connector", name)
                    .setCause(e)
                    .log("HTTP client did not stop in order");
        }
    }
}
