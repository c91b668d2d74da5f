package dev.weir.accept;

import dev.weir.session.Refusal;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import tools.jackson.databind.json.JsonMapper;

/** Answers a handshake that becomes no WebSocket: one JSON object, and the connection is closed. */
final class Refusals {

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

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            int status = response.getStatus();
            answer(status, HttpStatus.getMessage(status), "", response, callback);
            return true;
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
