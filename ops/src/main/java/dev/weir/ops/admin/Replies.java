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

/** Writes answers while they are made, so that a long one costs a buffer and not its size. */
final class Replies {

    private static final Logger log = LoggerFactory.getLogger(Replies.class);

    // The mapper leaves the stream alone when it fails, so that a failure before the first flush
    // can still become a 500.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private Replies() {}

    static void write(Answer answer, Request request, Response response, Callback callback) {
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        switch (answer.body()) {
            case Answer.Body.Nothing() -> callback.succeeded();
            case Answer.Body.Json(Object value) -> write(
                    "application/json", out -> MAPPER.writeValue(out, value),
                    request, response, callback);
            case Answer.Body.File(Download file) -> file.send(response, callback);
            case Answer.Body.Stream(String mediaType, Answer.Writer writer) ->
                    write(mediaType, writer, request, response, callback);
        }
    }

    private static void write(
            String mediaType,
            Answer.Writer writer,
            Request request,
            Response response,
            Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, mediaType);
        try {
            OutputStream out = Response.asBufferedOutputStream(request, response);
            writer.write(out);
            out.close();
            callback.succeeded();
        } catch (JacksonIOException | IOException e) {
            log.atDebug().setCause(e).log("the reader of an admin answer went away");
            callback.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

    /** {@return the bytes of a value as JSON} */
    static byte[] json(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}
