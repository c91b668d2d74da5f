package dev.weir.connectors.guard;

import dev.weir.connectors.LinkException;
import java.util.Locale;

/** How a call ended: the value {@code outcome} of the metrics. */
enum Outcome {
    OK,
    UNREACHABLE,
    BUSY,
    NOT_TRIED,
    TIMED_OUT,
    FAILED,
    LOST,
    REJECTED,
    OVERFLOWED,
    CLOSED,
    INTERRUPTED;

    static Outcome of(LinkException.Kind kind) {
        return switch (kind) {
            case UNREACHABLE -> UNREACHABLE;
            case BUSY -> BUSY;
            case NOT_TRIED -> NOT_TRIED;
            case TIMED_OUT -> TIMED_OUT;
            case FAILED -> FAILED;
            case LOST -> LOST;
            case REJECTED -> REJECTED;
            case OVERFLOWED -> OVERFLOWED;
            case CLOSED -> CLOSED;
        };
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
