package dev.weir.queue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;

/**
 * The span of one of the few messages that are traced, from its entrance until it is written or
 * lost. It travels beside the message's bytes, in the buffer that holds them.
 *
 * <p>Its methods may be called by any thread; of the ends only the first counts.
 */
public final class MessageTrace {

    private final Span span;

    /** Which frame of its buffer is the last one of the message. */
    int frame;

    /** Follows a message by that span, which has begun with it. */
    public MessageTrace(Span span) {
        this.span = span;
    }

    /** {@return the parent of whatever is done for the message, such as the call of a worker} */
    public Context context() {
        return Context.root().with(span);
    }

    /** {@return its span as the parent of a call elsewhere (W3C Trace Context)} */
    public String traceparent() {
        SpanContext context = span.getSpanContext();
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    /** All of the message is in the queue. */
    void queued() {
        span.addEvent("queued");
    }

    /** All of it is written to its receiver: the end. */
    public void written() {
        span.addEvent("written");
        span.end();
    }

    /** Its receiver does not get it: the end. */
    public void lost(String why) {
        span.setStatus(StatusCode.ERROR, why);
        span.end();
    }
}
