package dev.weir.accept;

import dev.weir.route.Routes.Match;
import dev.weir.session.Refusal;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What telemetry tells of handshakes: each is counted by its result, and is a span, the child of the
 * one that the client's {@code traceparent} names. Thread-safe.
 */
public final class Handshakes {

    private static final String ACCEPTED = "accepted";
    private static final int SWITCHING_PROTOCOLS = 101;

    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weir.route");
    private static final AttributeKey<String> SIDE = AttributeKey.stringKey("weir.side");
    private static final AttributeKey<String> RESULT = AttributeKey.stringKey("weir.result");
    private static final AttributeKey<String> SESSION = AttributeKey.stringKey("weir.session");
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("weir.key");

    // Stable HTTP semantic conventions.
    private static final AttributeKey<String> METHOD =
            AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS =
            AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");

    private final LongCounter results;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    /** Tells of them through these; a tracer that is not enabled makes no spans. */
    public Handshakes(Meter meter, Tracer tracer, TextMapPropagator propagator) {
        this.results = meter.counterBuilder("weir.handshakes")
                .setUnit("{handshake}")
                .setDescription("Handshakes, by what came of them")
                .build();
        this.tracer = tracer;
        this.propagator = propagator;
    }

    /** One handshake, from the request to the answer; ended by whoever answers. */
    final class Attempt {

        private final Span span;
        private @Nullable Match match;

        private Attempt(Span span) {
            this.span = span;
        }

        /** It is for this route. */
        void matches(Match found) {
            match = found;
            String template = switch (found.side()) {
                case CLIENT -> found.route().clients();
                case WORKER -> found.route().workers();
            };
            span.updateName("GET " + template);
            span.setAttribute(HTTP_ROUTE, template);
            span.setAttribute(ROUTE, found.route().name());
            span.setAttribute(SIDE, found.side().label());
            span.setAttribute(KEY, found.key());
        }

        /** {@return what other spans refer to it by; not valid without tracing} */
        SpanContext context() {
            return span.getSpanContext();
        }

        /** It was answered with the upgrade. */
        void accepted() {
            end(ACCEPTED, SWITCHING_PROTOCOLS);
        }

        /** It was answered with a refusal. */
        void refused(Refusal refusal) {
            if (refusal.status() >= 500) {
                span.setStatus(StatusCode.ERROR, refusal.text());
            }
            end(refusal.label(), refusal.status());
        }

        private void end(String result, int status) {
            AttributesBuilder attributes = Attributes.builder().put(RESULT, result);
            Match found = match;
            if (found != null) {
                attributes.put(ROUTE, found.route().name()).put(SIDE, found.side().label());
            }
            results.add(1, attributes.build());
            span.setAttribute(RESULT, result);
            span.setAttribute(STATUS, (long) status);
            span.end();
        }
    }

    /** Begins with a request. */
    Attempt begin(Request request, String session, String clientAddress) {
        if (!tracer.isEnabled()) {
            return new Attempt(Span.getInvalid());
        }
        Context parent = propagator.extract(Context.root(), request, Headers.OF_REQUEST);
        return new Attempt(tracer.spanBuilder(request.getMethod())
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent)
                .setAttribute(METHOD, request.getMethod())
                .setAttribute(SCHEME, request.getHttpURI().getScheme())
                .setAttribute(PATH, request.getHttpURI().getPath())
                .setAttribute(CLIENT, clientAddress)
                .setAttribute(SESSION, session)
                .startSpan());
    }

    /** Counts what Jetty refused before it was anything of ours. */
    void malformed() {
        results.add(1, Attributes.of(RESULT, "malformed"));
    }

    private enum Headers implements TextMapGetter<Request> {
        OF_REQUEST;

        @Override
        public Iterable<String> keys(Request request) {
            return request.getHeaders().getFieldNamesCollection();
        }

        @Override
        public @Nullable String get(@Nullable Request request, String name) {
            return request == null ? null : request.getHeaders().get(name);
        }
    }
}
