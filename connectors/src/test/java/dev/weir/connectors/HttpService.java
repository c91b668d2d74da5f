package dev.weir.connectors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A real HTTP service, HTTP/1.1 and HTTP/2 on one port of loopback, that answers as it is told. */
final class HttpService implements AutoCloseable {

    /** What it does with a request, on a virtual thread of its own. */
    @FunctionalInterface
    interface Worker {
        void serve(Call call) throws Exception;
    }

    /** Sends back what came. */
    static final Worker ECHO = call ->
            call.header("Content-Type", call.header("Content-Type")).answer(200, call.body());

    private final Server server;
    private final ServerConnector connector;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Set<String> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile Worker worker;

    private HttpService(Worker worker, SslContextFactory.@Nullable Server tls) {
        this.worker = worker;
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("test-service");
        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        server = new Server(threads);
        connector = new ServerConnector(
                server, 1, 1, tls == null ? inTheClear() : encrypted(tls));
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        server.setHandler(new Serving());
    }

    private static ConnectionFactory[] inTheClear() {
        HttpConfiguration config = new HttpConfiguration();
        HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(config);
        http2.setMaxConcurrentStreams(1000);
        return new ConnectionFactory[] {new HttpConnectionFactory(config), http2};
    }

    private static ConnectionFactory[] encrypted(SslContextFactory.Server tls) {
        HttpConfiguration config = new HttpConfiguration();
        config.addCustomizer(new SecureRequestCustomizer());
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
        alpn.setDefaultProtocol("http/1.1");
        return new ConnectionFactory[] {
            new SslConnectionFactory(tls, alpn.getProtocol()),
            alpn,
            new HTTP2ServerConnectionFactory(config),
            new HttpConnectionFactory(config)
        };
    }

    static HttpService start(Worker worker) throws Exception {
        return start(worker, null);
    }

    /** On https where there is a certificate; the service prefers HTTP/2 then. */
    static HttpService start(Worker worker, SslContextFactory.@Nullable Server tls)
            throws Exception {
        HttpService service = new HttpService(worker, tls);
        service.server.start();
        service.connector.setPort(service.connector.getLocalPort());
        return service;
    }

    int port() {
        return connector.getPort();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** From now on it does this. */
    void becomes(Worker other) {
        worker = other;
    }

    /** {@return what came, in this order} */
    List<Call> calls() {
        return calls;
    }

    /** {@return over how many connections it came} */
    int connections() {
        return connections.size();
    }

    /** {@return how many connections are open now} */
    int openConnections() {
        return connector.getConnectedEndPoints().size();
    }

    /** Waits until the test is over: a worker that hangs. */
    void hang() throws InterruptedException {
        released.await();
    }

    void stop() throws Exception {
        server.stop();
    }

    void start() throws Exception {
        server.start();
    }

    @Override
    public void close() {
        released.countDown();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the service does not stop", e);
        }
    }

    private final class Serving extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            connections.add(String.valueOf(
                    request.getConnectionMetaData().getRemoteSocketAddress()));
            Call call = new Call(request, response, callback);
            calls.add(call);
            worker.serve(call);
            return true;
        }
    }

    /** One request and the answer to it. */
    static final class Call {

        private final String method;
        private final String path;
        private final String version;
        private final HttpFields headers;
        private final byte[] body;
        private final Response response;
        private final Callback callback;

        private Call(Request request, Response response, Callback callback) throws IOException {
            method = request.getMethod();
            path = request.getHttpURI().getPathQuery();
            version = request.getConnectionMetaData().getHttpVersion().asString();
            headers = HttpFields.build(request.getHeaders()).asImmutable();
            ByteBuffer bytes = Content.Source.asByteBuffer(request);
            body = new byte[bytes.remaining()];
            bytes.get(body);
            this.response = response;
            this.callback = callback;
        }

        String method() {
            return method;
        }

        /** {@return path and query as they came} */
        String path() {
            return path;
        }

        String version() {
            return version;
        }

        /** {@return the header's value; empty when it is not there, joined when it is twice} */
        String header(String name) {
            return String.join(", ", headers.getValuesList(name));
        }

        byte[] body() {
            return body;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        Call header(String name, String value) {
            if (!value.isEmpty()) {
                response.getHeaders().put(new HttpField(name, value));
            }
            return this;
        }

        void answer(int status) {
            response.setStatus(status);
            callback.succeeded();
        }

        void answer(int status, String text) {
            answer(status, text.getBytes(StandardCharsets.UTF_8));
        }

        void answer(int status, byte[] bytes) {
            response.setStatus(status);
            response.write(true, ByteBuffer.wrap(bytes), callback);
        }

        /** Sends a part of the answer, and waits until it is on its way. */
        Call write(String part) throws IOException {
            return write(part.getBytes(StandardCharsets.UTF_8));
        }

        Call write(byte[] part) throws IOException {
            try (Blocker.Callback sent = Blocker.callback()) {
                response.write(false, ByteBuffer.wrap(part), sent);
                sent.block();
            }
            return this;
        }

        void end() {
            response.write(true, null, callback);
        }

        /** Breaks the answer off: a reset stream, or a closed connection. */
        void cut() {
            callback.failed(new IOException("cut, as told"));
        }
    }
}
