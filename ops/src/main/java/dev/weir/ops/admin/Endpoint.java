package dev.weir.ops.admin;

import java.util.Locale;

/**
 * One thing that the admin server answers.
 *
 * @param method an HTTP method, for example {@code GET} (which answers {@code HEAD} too)
 * @param template an absolute path whose segments may be variables: {@code /sessions/{id}}
 * @param bodyLimit how many bytes a request may carry; more is answered 413
 * @param handler makes the answer
 */
public record Endpoint(String method, String template, int bodyLimit, Handler handler) {

    /** Refuses a template that is not an absolute path and a method that is not in upper case. */
    public Endpoint {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("not an absolute path: " + template);
        }
        if (method.isEmpty() || !method.equals(method.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException("not an HTTP method: " + method);
        }
    }

    /** One whose requests have no body. */
    public Endpoint(String method, String template, Handler handler) {
        this(method, template, 0, handler);
    }

    /** Makes the answer to one request. */
    @FunctionalInterface
    public interface Handler {

        /**
         * Runs on a platform thread of the admin server, several at once. It should answer without
         * waiting: a probe is behind most requests. What it throws is logged and answered with 500.
         */
        Answer handle(Request request);
    }
}
