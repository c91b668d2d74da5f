package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.time.InstantSource;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;

/** What the status of an answer says about an HTTP service. */
final class HttpVerdict {

    private HttpVerdict() {}

    /** {@return in one line, which service answered what} */
    static String text(String service, String question, int status) {
        return service + ": " + question + " was answered " + status + ' '
                + HttpStatus.getMessage(status);
    }

    /** {@return why a message was not taken, from an answer that is no success} */
    static LinkException refusal(String service, Response head, InstantSource clock) {
        int status = head.getStatus();
        String message = text(service, "the message", status);
        return switch (status) {
            case HttpStatus.TOO_MANY_REQUESTS_429, HttpStatus.SERVICE_UNAVAILABLE_503 ->
                    new LinkException(Kind.BUSY, message, null, RetryAfter.of(
                            head.getHeaders().get(HttpHeader.RETRY_AFTER), clock));
            case HttpStatus.REQUEST_TIMEOUT_408 -> new LinkException(Kind.FAILED, message);
            default -> {
                if (status >= 500) {
                    yield new LinkException(Kind.FAILED, message);
                }
                yield new LinkException(
                        Kind.REJECTED,
                        HttpStatus.isRedirection(status)
                                ? message + ": redirects are not followed"
                                : message);
            }
        };
    }
}
