package dev.weir.ops.admin;

import java.io.IOException;
import java.io.OutputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes answers as JSON. A long one (twenty thousand sessions) goes out while it is made, so it
 * costs one buffer and not its size in memory.
 */
final class Json {

    private static final Logger log = LoggerFactory.getLogger(Json.class);

    // The mapper leaves the stream alone when it fails, so that a failure before the first flush
    // can still become a 500.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private Json() {}

    static void write(Answer answer, Request request, Response response, Callback callback) {
        response.setStatus(answer.status());
        Object body = answer.body();
        if (body == null) {
            callback.succeeded();
            return;
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        try {
            OutputStream out = Response.asBufferedOutputStream(request, response);
            MAPPER.writeValue(out, body);
            out.close();
            callback.succeeded();
        } catch (JacksonIOException | IOException e) {
            log.atDebug().setCause(e).log("the reader of an admin answer went away");
            callback.failed(e);
        } catch (JacksonException e) {
            log.atError().setCause(e).log("an admin answer cannot be written as JSON");
            if (response.isCommitted()) {
                callback.failed(e);
            } else {
                Response.writeError(request, response, callback, 500);
            }
        }
    }

}
