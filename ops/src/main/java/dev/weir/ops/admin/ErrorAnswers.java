package dev.weir.ops.admin;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What Jetty itself refuses (a malformed request, too long headers) is answered in the same JSON as
 * everything else, without stack traces and without repeating what was sent.
 */
final class ErrorAnswers extends ErrorHandler {

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Content.Sink.write(response, true, reason(code), callback);
    }

    private static String reason(int status) {
        return "{\"reason\":\"" + HttpStatus.getMessage(status) + "\"}";
    }
}
