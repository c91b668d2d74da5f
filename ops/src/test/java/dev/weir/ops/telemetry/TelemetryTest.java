package dev.weir.ops.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.ops.admin.AdminServer;
import dev.weir.ops.admin.Health;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TelemetryTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> properties = new HashMap<>();
    private Telemetry telemetry;
    private AdminServer admin;

    @BeforeEach
    void start() throws IOException {
        startWith(Map.of());
    }

    private void startWith(Map<String, String> more) throws IOException {
        properties.putAll(more);
        telemetry = Telemetry.start("1.2.3", InstantSource.system(), properties);
        admin = AdminServer.start(
                "127.0.0.1", 0, () -> "", List.of(), new Health(),
                List.of(telemetry.metricsPage()));
    }

    private void startAgainWith(Map<String, String> more) throws IOException {
        stop();
        startWith(more);
    }

    @AfterEach
    void stop() {
        admin.close();
        telemetry.close();
    }

    @Test
    void everyInstrumentIsOnTheMetricsPage() throws Exception {
        telemetry.meter().counterBuilder("weir.tests").setUnit("{test}").build().add(3);

        HttpResponse<String> page = get("/metrics");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/plain; version=0.0.4");
        assertThat(page.body().lines())
                .contains("weir_tests_total 3.0", "# TYPE weir_tests_total counter")
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(line -> line.startsWith("weir_carrier_threads "));
    }

    @Test
    void whoAsksForOpenMetricsGetsIt() throws Exception {
        HttpResponse<String> page = get(
                "/metrics", "Accept", "application/openmetrics-text; version=1.0.0");

        assertThat(page.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(page.body()).endsWith("# EOF\n");
    }

    @Test
    void aHistogramThatIsKeptElsewhereIsOnThePageToo() throws Exception {
        telemetry.observe(new ObservedHistogram(
                "weir.test.duration", "of a test", "s", List.of(0.1, 1.0), () -> List.of(
                        new ObservedHistogram.Point(Attributes.empty(), List.of(5L, 2L, 1L), 4.5))));

        assertThat(get("/metrics").body().lines()).contains(
                "weir_test_duration_seconds_bucket{le=\"0.1\"} 5",
                "weir_test_duration_seconds_bucket{le=\"1.0\"} 7",
                "weir_test_duration_seconds_bucket{le=\"+Inf\"} 8",
                "weir_test_duration_seconds_sum 4.5");
    }

    @Test
    void thePageIsReadOnly() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(uri("/metrics")).DELETE().build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void theSenderIsNamed() throws Exception {
        assertThat(get("/metrics").body())
                .contains("service_name=\"weir\"", "service_version=\"1.2.3\"")
                .containsPattern("service_instance_id=\"[0-9a-f-]{36}\"");
    }

    @Test
    void theEnvironmentMayNameItOtherwise() throws Exception {
        startAgainWith(Map.of(
                "otel.service.name", "relay-7",
                "otel.resource.attributes", "service.instance.id=a,service.version=b"));

        assertThat(get("/metrics").body()).contains(
                "service_name=\"relay-7\"", "service_version=\"b\"", "service_instance_id=\"a\"");
    }

    @Test
    void withoutAnEndpointSpansCostNothing() {
        assertThat(span(telemetry.tracer())).isFalse();
    }

    @Test
    void withAnEndpointSpansAreMade() throws Exception {
        startAgainWith(Map.of("otel.exporter.otlp.endpoint", "http://127.0.0.1:9"));

        assertThat(span(telemetry.tracer())).isTrue();
    }

    @Test
    void eachSignalCanHaveItsOwnEndpoint() throws Exception {
        startAgainWith(Map.of("otel.exporter.otlp.metrics.endpoint", "http://127.0.0.1:9"));

        assertThat(span(telemetry.tracer())).isFalse();
    }

    @Test
    void anExporterThatIsNotThereIsRefusedInOneLine() {
        properties.put("otel.traces.exporter", "carrier-pigeon");

        assertThatThrownBy(() -> Telemetry.start("1", InstantSource.system(), properties))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("carrier-pigeon")
                .hasMessageNotContaining("\n");
    }

    @Test
    void whoDisablesTheSdkHasNoPage() throws Exception {
        startAgainWith(Map.of("otel.sdk.disabled", "true"));

        assertThat(get("/metrics").statusCode()).isEqualTo(404);
    }

    @Test
    void aCollectorThatNeverAnswersCostsDroppedSpansAndThreeSecondsAtTheEnd() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            startAgainWith(Map.of(
                    "otel.exporter.otlp.endpoint", "http://127.0.0.1:" + silent.getLocalPort(),
                    "otel.bsp.schedule.delay", "10",
                    "otel.bsp.max.queue.size", "100",
                    "otel.bsp.max.export.batch.size", "10"));
            Tracer tracer = telemetry.tracer();

            for (int i = 0; i < 1000; i++) {
                tracer.spanBuilder("lost").startSpan().end();
            }

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() ->
                    assertThat(get("/metrics").body()).containsPattern(
                            "otel_sdk_processor_span_processed_span_total\\{error_type=\"queue_full\""));
            telemetry.close(); // the time limit of this class
        }
    }

    private static boolean span(Tracer tracer) {
        var span = tracer.spanBuilder("test").startSpan();
        span.end();
        return span.getSpanContext().isValid();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + admin.port() + path);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
