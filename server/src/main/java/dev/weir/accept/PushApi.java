package dev.weir.accept;

import dev.weir.config.ApiConfig;
import dev.weir.session.Pushed;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The port where a service that has no connection of its own pushes to a client at any time: {@code
 * POST /sessions/{id}/messages}, with the id that the service was told as {@code ce-weirsession}. A
 * server with threads of its own, so that a flood of pushes does not hold up handshakes.
 *
 * <p>A request is a virtual thread. It waits for its body, at most the idle timeout for each part,
 * and for room in the client's queue where the message is longer than what is free.
 */
public final class PushApi implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PushApi.class);

    private static final Pattern PATH = Pattern.compile("/sessions/([^/]{1,100})/messages");
    private static final String BEARER = "bearer ";
    private static final int CONNECTIONS = 1024;
    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final Duration STOP = Duration.ofSeconds(1);
    private static final int RETRY_SECONDS = 1;

    private final Server server;
    private final ServerConnector connector;

    private PushApi(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Starts listening.
     *
     * @param token what every request has to bring; empty: nothing
     * @throws IOException when it cannot; the message is one line and names the address
     */
    public static PushApi start(ApiConfig config, String token, Sessions sessions)
            throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(8, 2);
        threads.setName("api");
        threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("api-"));
        Server server = new Server(threads);
        server.setStopTimeout(STOP.toMillis());
        server.setErrorHandler(new ByJetty());
        server.setHandler(new Pushes(config, token, sessions));
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        ServerConnector connector =
                new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(config.host());
        connector.setPort(config.port());
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));
        PushApi api = new PushApi(server, connector);
        try {
            server.start();
        } catch (Exception e) {
            api.close();
            throw new IOException(
                    "api: cannot listen on " + config.host() + ":" + config.port() + ": "
                            + e.getMessage(),
                    e);
        }
        return api;
    }

    /** {@return the port that it listens on} */
    public int port() {
        return connector.getLocalPort();
    }

    /** Stops listening, and ends what is open within about a second. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("the API port did not stop cleanly");
        }
    }

    private record Body(String reason) {}

    private static void answer(
            int status, String reason, Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, "application/json")
                .put(HttpHeader.CACHE_CONTROL, "no-store");
        byte[] json = JsonMapper.shared().writeValueAsBytes(new Body(reason));
        response.write(true, ByteBuffer.wrap(json), callback);
    }

    /** What Jetty refuses before the handler sees it. */
    private static final class ByJetty extends ErrorHandler {

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            int status = response.getStatus();
            answer(status, HttpStatus.getMessage(status), response, callback);
            return true;
        }
    }

    /** A request is refused. */
    private static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status, String reason) {
            super(reason, null, false, false);
            this.status = status;
        }
    }

    private static final class Pushes extends Handler.Abstract {

        private final Sessions sessions;
        private final byte[] token;
        private final long body;
        private final Semaphore requests;

        Pushes(ApiConfig config, String token, Sessions sessions) {
            this.sessions = sessions;
            this.token = token.getBytes(StandardCharsets.UTF_8);
            this.body = config.body().bytes();
            this.requests = new Semaphore(config.requests());
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            try {
                admit(request);
                if (!requests.tryAcquire()) {
                    throw new RefusedException(429, "too many requests at once");
                }
                try {
                    push(request);
                } finally {
                    requests.release();
                }
                response.setStatus(HttpStatus.ACCEPTED_202);
                callback.succeeded();
            } catch (RefusedException e) {
                switch (e.status) {
                    case 401 -> response.getHeaders()
                            .put(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"weir\"");
                    case 405 -> response.getHeaders().put(HttpHeader.ALLOW, "POST");
                    case 429 -> response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
                    default -> {}
                }
                answer(e.status, String.valueOf(e.getMessage()), response, callback);
            }
            return true;
        }

        private void admit(Request request) throws RefusedException {
            // Browsers name the origin of every POST, services none; without a token any page that
            // a user of this machine has open could push.
            if (request.getHeaders().contains(HttpHeader.ORIGIN)) {
                throw new RefusedException(403, "not from a web page");
            }
            if (token.length > 0 && !hasToken(request)) {
                throw new RefusedException(401, "this needs the header Authorization: Bearer TOKEN");
            }
        }

        private boolean hasToken(Request request) {
            String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
            return header != null
                    && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    && MessageDigest.isEqual(
                            header.substring(BEARER.length()).strip()
                                    .getBytes(StandardCharsets.UTF_8),
                            token);
        }

        private void push(Request request)
                throws RefusedException, IOException, InterruptedException {
            Matcher path = PATH.matcher(Request.getPathInContext(request));
            if (!path.matches()) {
                throw new RefusedException(404, "there is only /sessions/{id}/messages");
            }
            if (!HttpMethod.POST.is(request.getMethod())) {
                throw new RefusedException(405, "messages are posted");
            }
            Session session = sessions.find(path.group(1));
            if (session == null) {
                throw new RefusedException(404, "there is no such session on this node");
            }
            boolean text = isText(request);
            byte[] message = read(request, Math.min(
                    body, session.identity().route().message().limit().bytes()));
            check(session.push(text, ByteBuffer.wrap(message)));
        }

        private static boolean isText(Request request) throws RefusedException {
            String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
            @Nullable String charset = type == null
                    ? null
                    : MimeTypes.getCharsetFromContentType(type);
            boolean utf8 = charset == null || charset.equalsIgnoreCase("utf-8");
            String media = type == null ? "" : MimeTypes.getContentTypeWithoutCharset(type);
            if (!request.getHeaders().contains(HttpHeader.CONTENT_ENCODING) && utf8) {
                switch (media.split(";", 2)[0].strip()) {
                    case "text/plain", "application/json" -> {
                        return true;
                    }
                    case "application/octet-stream" -> {
                        return false;
                    }
                    default -> {}
                }
            }
            throw new RefusedException(415, "the content type is text/plain or application/json,"
                    + " in UTF-8, or application/octet-stream");
        }

        private static byte[] read(Request request, long limit)
                throws RefusedException, IOException {
            if (request.getLength() <= limit) {
                try (InputStream in = Content.Source.asInputStream(request)) {
                    byte[] message = in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE));
                    if (message.length <= limit) {
                        return message;
                    }
                }
            }
            throw new RefusedException(413, "a message has at most " + limit + " bytes here");
        }

        private static void check(Pushed pushed) throws RefusedException {
            switch (pushed) {
                case QUEUED -> {}
                case FULL -> throw new RefusedException(429, "the client takes no more for now");
                case NOT_YET ->
                        throw new RefusedException(429, "the client is not connected through yet");
                case TOO_LARGE -> throw new RefusedException(413, "the message is too large");
                case NO_TEXT -> throw new RefusedException(400, "the text is no UTF-8");
                case ENDED -> throw new RefusedException(410, "the session has ended");
                case NO_SERVICE ->
                        throw new RefusedException(409, "no connector serves this session");
            }
        }
    }
}
