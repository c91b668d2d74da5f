package dev.weir.ops.admin;

import org.jspecify.annotations.Nullable;

/**
 * An answer to a request.
 *
 * @param status an HTTP status
 * @param body what is written as JSON: records, collections, instants (as ISO 8601 text); it must
 *     not change any more; or a {@link Download}. Null: an empty answer
 */
public record Answer(int status, @Nullable Object body) {

    /** The body of every answer that is a refusal. */
    record Refusal(String reason) {}

    /** 200 with a body. */
    public static Answer ok(Object body) {
        return new Answer(200, body);
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
}
