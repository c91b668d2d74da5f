package dev.weir.ops.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the spans and log records that a collector did not take: it is down, refuses them, or does
 * not answer in time. The SDK gives such a batch up and says so in its own metrics only, of which
 * the collector then hears nothing either. Thread-safe.
 */
final class Losses {

    private final LongAdder lost = new LongAdder();
    private volatile String lastFailure = "";

    long lost() {
        return lost.sum();
    }

    String lastFailure() {
        return lastFailure;
    }

    private CompletableResultCode watched(CompletableResultCode export, int items) {
        return export.whenComplete(() -> {
            if (!export.isSuccess()) {
                Throwable why = export.getFailureThrowable();
                lastFailure = why == null ? "the collector did not take it" : String.valueOf(why);
                lost.add(items);
            }
        });
    }

    SpanExporter of(SpanExporter exporter) {
        return new Spans(exporter);
    }

    LogRecordExporter of(LogRecordExporter exporter) {
        return new Logs(exporter);
    }

    private final class Spans implements SpanExporter {
        private final SpanExporter exporter;

        Spans(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return watched(exporter.export(spans), spans.size());
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }

        @Override
        public String toString() {
            return exporter.toString();
        }
    }

    private final class Logs implements LogRecordExporter {
        private final LogRecordExporter exporter;

        Logs(LogRecordExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<LogRecordData> records) {
            return watched(exporter.export(records), records.size());
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }

        @Override
        public String toString() {
            return exporter.toString();
        }
    }
}
