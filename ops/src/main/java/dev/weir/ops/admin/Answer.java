package dev.weir.ops.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a request.
 *
 * @param status an HTTP status
 * @param headers beside those of every answer, such as {@code Retry-After}
 * @param body what is written
 */
public record Answer(int status, Map<String, String> headers, Body body) {

    /** What an answer holds. */
    public sealed interface Body {

        /** Nothing at all. */
        record Nothing() implements Body {}

        /**
         * A JSON document.
         *
         * @param value records, collections, trees, instants (as ISO 8601 text); must not change
         *     any more
         */
        record Json(Object value) implements Body {}

        /** A file. */
        record File(Download download) implements Body {}

        /** What the writer writes. */
        record Stream(String mediaType, Writer writer) implements Body {}
    }

    /** Writes a body of any length while it is sent. */
    @FunctionalInterface
    public interface Writer {

        /**
         * Runs on the thread of the request, and may wait; a reader that takes nothing for
         * 15 seconds fails the write.
         *
         * @throws IOException when the reader is gone
         * @throws InterruptedException when the server stops
         */
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    /** The body of every answer that is a refusal. */
    record Refusal(String reason) {}

    /** Keeps a copy of the headers. */
    public Answer {
        headers = Map.copyOf(headers);
    }

    /** An answer in JSON, or a {@link Download}; null: an empty one. */
    public Answer(int status, @Nullable Object body) {
        this(status, Map.of(), switch (body) {
            case null -> new Body.Nothing();
            case Download download -> new Body.File(download);
            default -> new Body.Json(body);
        });
    }

    /** 200 with a body in JSON, or a {@link Download}. */
    public static Answer ok(Object body) {
        return new Answer(200, body);
    }

    /** 200 with a body of another type. */
    public static Answer stream(String mediaType, Writer writer) {
        return new Answer(200, Map.of(), new Body.Stream(mediaType, writer));
    }

    /** 200 with those bytes. */
    public static Answer bytes(String mediaType, byte[] content) {
        return stream(mediaType, out -> out.write(content));
    }

    /** 204: done, and there is nothing to say about it. */
    public static Answer noContent() {
        return new Answer(204, null);
    }

    /** 404 with {@code {"reason": ...}}. */
    public static Answer notFound(String reason) {
        return refused(404, reason);
    }

    /** Any refusal, with {@code {"reason": ...}}. */
    public static Answer refused(int status, String reason) {
        return new Answer(status, new Refusal(reason));
    }

    /** The same with one more header. */
    public Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body);
    }
}
