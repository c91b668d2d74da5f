package dev.weir.connectors;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A link that cannot be opened, or that did not take a message. */
public final class LinkException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as it matters to who decides what to do now. */
    public enum Kind {
        /** The service could not be reached; it saw nothing of this. */
        UNREACHABLE(false, true),
        /** The service asks us to come back later; it did nothing. */
        BUSY(false, true),
        /** The breaker is open, or the bulkhead full: the service was not even asked. */
        NOT_TRIED(false, false),
        /** The service did not answer in time. */
        TIMED_OUT(true, true),
        /** The service failed at it. */
        FAILED(true, true),
        /** The connection broke in the middle. */
        LOST(true, true),
        /** The service is well and does not want this message or this client. */
        REJECTED(false, false),
        /** The service sent more than the client took, and the queue for it is full. */
        OVERFLOWED(false, false),
        /** We closed the link. */
        CLOSED(false, false);

        private final boolean mayHaveArrived;
        private final boolean failure;

        Kind(boolean mayHaveArrived, boolean failure) {
            this.mayHaveArrived = mayHaveArrived;
            this.failure = failure;
        }
    }

    private final Kind kind;
    private final transient @Nullable Duration retryAfter;

    /** A failure of that kind; the message is one line that names service and cause. */
    public LinkException(Kind kind, String message) {
        this(kind, message, null, null);
    }

    /** A failure of that kind with its cause. */
    public LinkException(Kind kind, String message, @Nullable Throwable cause) {
        this(kind, message, cause, null);
    }

    /** A failure of that kind, with the time after which the service is to be asked again. */
    public LinkException(
            Kind kind, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /** {@return the kind} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether the service may have the message all the same} */
    public boolean mayHaveArrived() {
        return kind.mayHaveArrived;
    }

    /** {@return whether this speaks against the service's health} */
    public boolean isFailureOfService() {
        return kind.failure;
    }

    /** {@return how long to wait at least before the next attempt, if that was said} */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
