package dev.weir.ops.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.resources.ResourceBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The telemetry of one relay. What is measured has two readers: the {@link #metricsPage()}, always,
 * and a collector, once there is an endpoint (see {@link Signal}).
 *
 * <p>Nobody who records waits for a collector: spans and log records go through bounded queues to
 * threads of their own, and what finds its queue full is dropped and counted ({@code
 * otel.sdk.processor.*.processed} with an {@code error.type}). Thread-safe.
 */
public final class Telemetry implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Telemetry.class);

    /** The scope of what Weir itself measures. */
    static final String SCOPE = "dev.weir";

    /** How long the end may take: what is queued is sent, as far as the collector takes it. */
    private static final Duration FLUSH = Duration.ofSeconds(3);

    /** Environment variables and system properties go over these. */
    private static final Map<String, String> DEFAULTS = Map.of(
            // The SDK's figures of itself under the names of the semantic conventions.
            "otel.experimental.sdk.telemetry.version", "latest");

    private final OpenTelemetrySdk sdk;
    private final Set<Signal> sent;
    private final Handler page;
    private final Histograms histograms;
    private final JvmMeters jvm;
    private final LogExport logs;
    private final Losses losses;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Telemetry(
            OpenTelemetrySdk sdk,
            Set<Signal> sent,
            Handler page,
            Histograms histograms,
            Losses losses) {
        this.sdk = sdk;
        this.sent = sent;
        this.page = page;
        this.histograms = histograms;
        this.jvm = JvmMeters.start(sdk);
        this.logs = new LogExport(sdk);
        this.losses = losses;
    }

    /**
     * Starts it as the {@code OTEL_*} variables say.
     *
     * @param version of Weir
     * @throws IOException when the variables make no sense; the message is one line
     */
    public static Telemetry start(String version, InstantSource clock) throws IOException {
        return start(version, clock, Map.of());
    }

    /** As above; environment variables and system properties go over these properties. */
    static Telemetry start(String version, InstantSource clock, Map<String, String> properties)
            throws IOException {
        PrometheusMetricReader reader = PrometheusMetricReader.builder()
                .setOtelScopeLabelsEnabled(false)
                .build();
        Histograms histograms = new Histograms(clock);
        Set<Signal> sent = EnumSet.noneOf(Signal.class);
        AtomicBoolean measuring = new AtomicBoolean();
        Losses losses = new Losses();
        AutoConfiguredOpenTelemetrySdkBuilder builder = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook() // it ends with the relay, after all else
                .addPropertiesSupplier(() -> DEFAULTS)
                .addPropertiesSupplier(() -> properties)
                .addPropertiesCustomizer(known -> {
                    sent.addAll(Signal.sent(known));
                    return Signal.propertiesFor(sent);
                })
                .addResourceCustomizer((resource, known) -> identify(resource, version))
                .addSpanExporterCustomizer((exporter, known) -> losses.of(exporter))
                .addLogRecordExporterCustomizer((exporter, known) -> losses.of(exporter))
                .addMeterProviderCustomizer((meters, known) -> {
                    measuring.set(true);
                    return meters.registerMetricReader(reader).registerMetricProducer(histograms);
                });
        try {
            OpenTelemetrySdk sdk = builder.build().getOpenTelemetrySdk();
            if (!measuring.get()) { // OTEL_SDK_DISABLED
                sent.clear();
            }
            Handler page = new MetricsPage(measuring.get() ? reader::collect : null);
            return new Telemetry(sdk, sent, page, histograms, losses);
        } catch (ConfigurationException e) {
            throw new IOException("telemetry: " + e.getMessage(), e);
        }
    }

    /** Says who sends, as far as the environment does not. */
    private static Resource identify(Resource resource, String version) {
        ResourceBuilder builder = resource.toBuilder();
        Map<String, String> known = new HashMap<>();
        resource.getAttributes().forEach((key, value) ->
                known.put(key.getKey(), String.valueOf(value)));
        if (known.getOrDefault("service.name", "unknown_service").startsWith("unknown_service")) {
            builder.put("service.name", "weir");
        }
        if (!known.containsKey("service.version")) {
            builder.put("service.version", version);
        }
        if (!known.containsKey("service.instance.id")) {
            builder.put("service.instance.id", UUID.randomUUID().toString());
        }
        return builder.build();
    }

    /** Sends the log too from now on, if logs are sent; once logging is set up. */
    public void sendLog() {
        if (sent.contains(Signal.LOGS)) {
            logs.start();
        }
    }

    /** {@return the whole API, for who makes instruments and spans of a scope of its own} */
    public OpenTelemetry api() {
        return sdk;
    }

    /** {@return where instruments are made; both readers see them} */
    public Meter meter() {
        return sdk.getMeter(SCOPE);
    }

    /** {@return where spans are made; ones that cost nothing while no spans are sent} */
    public Tracer tracer() {
        return (sent.contains(Signal.TRACES) ? sdk.getTracerProvider() : TracerProvider.noop())
                .get(SCOPE);
    }

    /** {@return how the trace of a caller is found in its request: {@code OTEL_PROPAGATORS}} */
    public TextMapPropagator propagator() {
        return sdk.getPropagators().getTextMapPropagator();
    }

    /** Adds a histogram that is kept elsewhere; until this ends. */
    public void observe(ObservedHistogram histogram) {
        histograms.add(histogram);
    }

    /** {@return the answer to {@code GET /metrics} on the admin port} */
    public Handler metricsPage() {
        return page;
    }

    /** {@return how many spans and log records the collector did not take, since the start} */
    public long lost() {
        return losses.lost();
    }

    /** {@return why it did not take the last of them; empty when none was lost} */
    public String lastFailure() {
        return losses.lastFailure();
    }

    /** Sends what is queued, for at most three seconds, and ends. A second call does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        logs.stop();
        boolean done = sdk.shutdown().join(FLUSH.toMillis(), TimeUnit.MILLISECONDS).isDone();
        if (!done) {
            log.atWarn()
                    .addKeyValue("seconds", FLUSH.toSeconds())
                    .log("the collector did not take the last telemetry in time");
        }
        jvm.close();
    }
}
