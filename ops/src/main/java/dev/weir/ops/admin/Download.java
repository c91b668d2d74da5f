package dev.weir.ops.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of an answer that is a file, not JSON. The file is deleted when it has been sent.
 *
 * @param file temporary
 * @param name that the browser or tool should give it
 * @param contentType of it
 */
public record Download(Path file, String name, String contentType) {

    private static final Logger log = LoggerFactory.getLogger(Download.class);

    void send(Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(
                HttpHeader.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"");
        Callback thenDelete = Callback.from(callback, this::delete);
        try {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, Files.size(file));
            Content.copy(Content.Source.from(file), response, thenDelete);
        } catch (IOException e) {
            thenDelete.failed(e);
        }
    }

    private void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.atWarn().setCause(e).log("a temporary file stays");
        }
    }
}
