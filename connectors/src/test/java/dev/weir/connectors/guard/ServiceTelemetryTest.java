package dev.weir.connectors.guard;

import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.Message;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServiceTelemetryTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SAMPLED = "00-" + TRACE + "-b7ad6b7169203331-01";
    private static final String NOT_SAMPLED = "00-" + TRACE + "-b7ad6b7169203331-00";

    @RegisterExtension
    static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

    private final ScriptedConnector connector = new ScriptedConnector();
    private Service service;

    @BeforeEach
    void create() {
        service = new Service("orders", "scripted", connector, Policy.defaults(),
                new TestClock().environment(), TELEMETRY.getOpenTelemetry(), bound -> 0);
    }

    @AfterEach
    void closeIt() {
        service.close();
    }

    @Test
    void aMessageOfASampledTraceHasASpanThatTheServiceIsToldOf() throws Exception {
        Link link = service.open(ScriptedConnector.caller());
        link.send(ScriptedConnector.message().withTraceparent(SAMPLED));
        SpanData span = onlySpan();
        assertThat(span.getName()).isEqualTo("send orders");
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(span.getAttributes().asMap())
                .containsEntry(stringKey("weir.connector"), "orders")
                .containsEntry(stringKey("weir.outcome"), "ok")
                .containsEntry(AttributeKey.longKey("weir.attempts"), 1L);
        assertThat(connector.sent).singleElement().extracting(Message::traceparent)
                .isEqualTo("00-" + TRACE + "-" + span.getSpanId() + "-01");
    }

    @Test
    void aHandshakeOfASampledTraceHasASpanToo() throws Exception {
        service.open(ScriptedConnector.caller().withTraceparent(SAMPLED));
        SpanData span = onlySpan();
        assertThat(span.getName()).isEqualTo("open orders");
        assertThat(connector.callers).singleElement().satisfies(caller ->
                assertThat(caller.traceparent()).contains(span.getSpanId()));
    }

    @Test
    void whatABrokerTakesIsProduced() throws Exception {
        connector.viaBroker = true;
        service.close();
        create();
        service.open(ScriptedConnector.caller())
                .send(ScriptedConnector.message().withTraceparent(SAMPLED));
        assertThat(onlySpan().getKind()).isEqualTo(SpanKind.PRODUCER);
    }

    @Test
    void attemptsShareTheSpanAndAFailureIsOnIt() throws Exception {
        Link link = service.open(ScriptedConnector.caller());
        connector.onSend = () -> {
            throw new LinkException(Kind.UNREACHABLE, "orders: refused");
        };
        assertThatThrownBy(() -> link.send(ScriptedConnector.message().withTraceparent(SAMPLED)))
                .isInstanceOf(LinkException.class);
        SpanData span = onlySpan();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.getAttributes().asMap())
                .containsEntry(stringKey("error.type"), "unreachable")
                .containsEntry(AttributeKey.longKey("weir.attempts"), 3L);
    }

    @Test
    void whatIsNotSampledOrNoTraceGoesOnAsItIs() throws Exception {
        Link link = service.open(ScriptedConnector.caller().withTraceparent(NOT_SAMPLED));
        link.send(ScriptedConnector.message());
        link.send(ScriptedConnector.message().withTraceparent(NOT_SAMPLED));
        link.send(ScriptedConnector.message().withTraceparent("nonsense"));
        assertThat(TELEMETRY.getSpans()).isEmpty();
        assertThat(connector.sent).extracting(Message::traceparent)
                .containsExactly(null, NOT_SAMPLED, "nonsense");
    }

    @Test
    void everyCallIsCountedOnceWithItsOutcome() throws Exception {
        Link link = service.open(ScriptedConnector.caller());
        link.send(ScriptedConnector.message());
        connector.onSend = () -> {
            throw new LinkException(Kind.UNREACHABLE, "orders: refused");
        };
        assertThatThrownBy(() -> link.send(ScriptedConnector.message()))
                .isInstanceOf(LinkException.class);
        assertThat(points("weir.connector.calls")).isEqualTo(Map.of(
                "orders open ok scripted", 1L,
                "orders send ok scripted", 1L,
                "orders send unreachable scripted", 1L));
        assertThat(points("weir.connector.retries")).isEqualTo(Map.of("orders scripted", 2L));
        assertThat(metric("weir.connector.call.duration").getHistogramData().getPoints())
                .hasSize(3);
        assertThat(metric("weir.connector.call.duration").getUnit()).isEqualTo("s");
    }

    @Test
    void theStateIsAGauge() {
        assertThat(points("weir.connector.state")).isEqualTo(Map.of(
                "orders closed scripted", 1L,
                "orders forced-closed scripted", 0L,
                "orders forced-open scripted", 0L,
                "orders half-open scripted", 0L,
                "orders open scripted", 0L));
        service.force(Force.OPEN);
        assertThat(points("weir.connector.state")).containsEntry("orders closed scripted", 0L)
                .containsEntry("orders forced-open scripted", 1L);
        assertThat(points("weir.connector.inflight")).isEqualTo(Map.of("orders scripted", 0L));
    }

    private static SpanData onlySpan() {
        List<SpanData> spans = TELEMETRY.getSpans();
        assertThat(spans).hasSize(1);
        return spans.getFirst();
    }

    private static MetricData metric(String name) {
        return TELEMETRY.getMetrics().stream().filter(metric -> metric.getName().equals(name))
                .findFirst().orElseThrow();
    }

    /** {@return the values by those of the attributes, in the order of their keys} */
    private static Map<String, Long> points(String name) {
        MetricData metric = metric(name);
        List<LongPointData> points = switch (metric.getType()) {
            case LONG_GAUGE -> List.copyOf(metric.getLongGaugeData().getPoints());
            default -> List.copyOf(metric.getLongSumData().getPoints());
        };
        return points.stream().collect(Collectors.toMap(
                point -> point.getAttributes().asMap().entrySet().stream()
                        .sorted(Comparator.comparing(entry -> entry.getKey().getKey()))
                        .map(entry -> String.valueOf(entry.getValue()))
                        .collect(Collectors.joining(" ")),
                LongPointData::getValue));
    }
}
