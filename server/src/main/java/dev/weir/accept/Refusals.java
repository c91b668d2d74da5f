package dev.weir.accept;

import dev.weir.session.Ids;
import dev.weir.session.Refusal;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Answers a handshake that becomes no WebSocket: one JSON object, and the connection is closed. */
final class Refusals {

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private static final JsonMapper JSON = new JsonMapper();

    private record Body(String reason, String session) {}

    private Refusals() {}

    static void answer(Refusal refusal, String id, Response response, Callback callback) {
        switch (refusal) {
            case NOT_GET -> response.getHeaders().put(HttpHeader.ALLOW, "GET");
            case NOT_AN_UPGRADE -> response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
            case WRONG_VERSION ->
                    response.getHeaders().put(HttpHeader.UPGRADE, "websocket")
                            .put(HttpHeader.SEC_WEBSOCKET_VERSION, "13");
            default -> {}
        }
        Integer retryAfter = refusal.retryAfterSeconds();
        if (retryAfter != null) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, retryAfter);
        }
        answer(refusal.status(), refusal.text(), id, response, callback);
    }

    /** Answers what Jetty refuses before a handler sees it, such as a head that is too long. */
    static final class ByJetty extends ErrorHandler {

        private final Ids ids;
        private final Handshakes handshakes;

        ByJetty(Ids ids, Handshakes handshakes) {
            this.ids = ids;
            this.handshakes = handshakes;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            int status = response.getStatus();
            String id = ids.next();
            String reason = reasonOf(request, status);
            log.atInfo()
                    .addKeyValue("session", id)
                    .addKeyValue("remote", String.valueOf(
                            request.getConnectionMetaData().getRemoteSocketAddress()))
                    .addKeyValue("status", status)
                    .addKeyValue("reason", reason)
                    .log("handshake refused");
            handshakes.malformed();
            answer(status, reason, id, response, callback);
            return true;
        }

        private static String reasonOf(Request request, int status) {
            return request.getAttribute(ERROR_MESSAGE) instanceof String message
                    ? message
                    : HttpStatus.getMessage(status);
        }
    }

    private static void answer(
            int status, String reason, String id, Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, "application/json")
                .put(HttpHeader.CACHE_CONTROL, "no-store")
                .put(HttpHeader.CONNECTION, "close");
        byte[] body = JSON.writeValueAsBytes(new Body(reason, id));
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
