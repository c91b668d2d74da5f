package dev.weir.connectors.guard;

import dev.weir.connectors.guard.Call.Operation;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One span for each guarded call that belongs to a sampled trace, whatever the number of attempts.
 * It never becomes the current one of a thread: what follows it is told by {@code traceparent}.
 */
final class Traces {

    private static final String TRACEPARENT = "traceparent";

    private static final TextMapGetter<String> HEADER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
            return List.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable String traceparent, String key) {
            return TRACEPARENT.equals(key) ? traceparent : null;
        }
    };

    private final String name;
    private final String type;
    private final boolean viaBroker;
    private final Tracer tracer;

    Traces(OpenTelemetry telemetry, String name, String type, boolean viaBroker) {
        this.name = name;
        this.type = type;
        this.viaBroker = viaBroker;
        this.tracer = telemetry.getTracer("dev.weir.connectors");
    }

    /**
     * {@return a span of the sampled trace that this names, else one that records nothing}
     *
     * @param traceparent W3C Trace Context, or null
     */
    Span begin(Operation operation, String session, @Nullable String traceparent) {
        if (traceparent == null) {
            return Span.getInvalid();
        }
        Context parent = W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), traceparent, HEADER);
        SpanContext caller = Span.fromContext(parent).getSpanContext();
        if (!caller.isValid() || !caller.isSampled()) {
            return Span.getInvalid();
        }
        boolean produces = viaBroker && operation == Operation.SEND;
        return tracer.spanBuilder(operation.word() + " " + name)
                .setParent(parent)
                .setSpanKind(produces ? SpanKind.PRODUCER : SpanKind.CLIENT)
                .setAttribute("weir.connector", name)
                .setAttribute("weir.connector.type", type)
                .setAttribute("weir.session", session)
                .startSpan();
    }

    /** {@return how the service is told of that span; null when it is none} */
    static @Nullable String traceparent(Span span) {
        if (!span.getSpanContext().isValid()) {
            return null;
        }
        Map<String, String> carrier = new HashMap<>();
        W3CTraceContextPropagator.getInstance()
                .inject(Context.root().with(span), carrier, (map, key, value) -> {
                    if (map != null) {
                        map.put(key, value);
                    }
                });
        return carrier.get(TRACEPARENT);
    }

    static void end(Span span, Outcome outcome, int attempts, @Nullable Throwable failure) {
        span.setAttribute("weir.outcome", outcome.word());
        span.setAttribute("weir.attempts", attempts);
        if (failure != null) {
            span.setAttribute("error.type", outcome.word());
            span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
        }
        span.end();
    }
}
