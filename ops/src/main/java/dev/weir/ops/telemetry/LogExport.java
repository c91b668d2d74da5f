package dev.weir.ops.telemetry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.instrumentation.logback.appender.v1_0.OpenTelemetryAppender;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * Sends the log to the collector, beside standard output. A line that names a {@code traceId} and a
 * {@code spanId} becomes a record of that span, whatever thread wrote it.
 */
final class LogExport extends UnsynchronizedAppenderBase<ILoggingEvent> {

    /** What telemetry says about its own failures must not become more telemetry. */
    private static final String OWN = "io.opentelemetry";

    private final OpenTelemetryAppender records = new OpenTelemetryAppender();
    private final OpenTelemetry sdk;

    LogExport(OpenTelemetry sdk) {
        this.sdk = sdk;
        setName("collector");
    }

    /** Joins the root logger. */
    @Override
    public void start() {
        LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
        setContext(logging);
        records.setContext(logging);
        records.setKeyValuePairAttributesIncluded("*");
        records.setOpenTelemetry(sdk);
        records.start();
        super.start();
        logging.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(this);
    }

    /** Leaves the root logger. */
    @Override
    public void stop() {
        if (isStarted()) {
            ((LoggerContext) getContext()).getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(this);
            super.stop();
            records.stop();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLoggerName().startsWith(OWN)) {
            return;
        }
        SpanContext span = spanOf(event);
        if (!span.isValid()) {
            records.doAppend(event);
            return;
        }
        try (Scope _ = Context.root().with(Span.wrap(span)).makeCurrent()) {
            records.doAppend(event);
        }
    }

    private static SpanContext spanOf(ILoggingEvent event) {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        String trace = "";
        String span = "";
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                switch (pair.key) {
                    case "traceId" -> trace = String.valueOf(pair.value);
                    case "spanId" -> span = String.valueOf(pair.value);
                    default -> {}
                }
            }
        }
        return SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault());
    }
}
