package dev.weir.ops.telemetry;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /metrics}: all instruments in the text format of Prometheus, or as OpenMetrics for who
 * asks for that ({@code Accept: application/openmetrics-text}).
 */
final class MetricsPage extends Handler.Abstract {

    private static final String PATH = "/metrics";

    private final @Nullable Supplier<MetricSnapshots> instruments;

    /** Loaded with the first scrape: the start of the process does without. */
    private static final class Formats {
        private static final ExpositionFormats ALL = ExpositionFormats.init();
    }

    /** A page of these instruments; null when the operator wants none to be measured. */
    MetricsPage(@Nullable Supplier<MetricSnapshots> instruments) {
        this.instruments = instruments;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!Request.getPathInContext(request).equals(PATH)) {
            return false;
        }
        boolean get = HttpMethod.GET.is(request.getMethod());
        if (!get && !HttpMethod.HEAD.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            Response.writeError(
                    request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
        } else if (instruments == null) {
            Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
        } else {
            write(instruments.get(), request, response, callback);
        }
        return true;
    }

    private static void write(
            MetricSnapshots snapshots, Request request, Response response, Callback callback) {
        ExpositionFormatWriter format =
                Formats.ALL.findWriter(request.getHeaders().get(HttpHeader.ACCEPT));
        ByteArrayOutputStream page = new ByteArrayOutputStream(16 * 1024);
        try {
            format.write(page, snapshots);
        } catch (IOException e) {
            throw new UncheckedIOException("memory that cannot be written", e);
        }
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, format.getContentType())
                .put(HttpHeader.CONTENT_LENGTH, page.size());
        response.write(true, ByteBuffer.wrap(page.toByteArray()), callback);
    }
}
