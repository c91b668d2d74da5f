package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import dev.weir.config.ByteSize;
import dev.weir.config.QueueConfig;
import dev.weir.config.RouteConfig;
import dev.weir.config.TraceConfig;
import dev.weir.config.WhenFull;
import dev.weir.pair.Close;
import dev.weir.pair.Side;
import dev.weir.pair.TestRoute;
import dev.weir.session.TestNode.Peer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which messages and sessions get a span, and what it says. */
class TracesTest {

    private static final AttributeKey<String> REASON = AttributeKey.stringKey("weir.reason");
    private static final TraceConfig ALL = new TraceConfig(1, Duration.ZERO);
    private static final TraceConfig NONE = new TraceConfig(0, Duration.ZERO);

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build();

    @AfterEach
    void close() {
        provider.close();
    }

    private TestNode node(TraceConfig trace, WhenFull whenFull) {
        RouteConfig route = new TestRoute()
                .queue(new QueueConfig(
                        2, new ByteSize(128 * 1024), whenFull, Duration.ofSeconds(30)))
                .build();
        return new TestNode(route, provider.get("test"), trace);
    }

    private List<SpanData> messages() {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("forward test"))
                .toList();
    }

    @Test
    void aTracedMessageTellsItsWay() throws Exception {
        TestNode node = node(ALL, WhenFull.BLOCK);
        Peer client = node.open(Side.CLIENT);
        node.open(Side.WORKER);
        client.says("hello");

        await().untilAsserted(() -> assertThat(messages()).singleElement()
                .satisfies(span -> {
                    assertThat(span.getEvents()).extracting(EventData::getName)
                            .containsExactly("received", "queued", "written");
                    assertThat(span.getAttributes().asMap())
                            .containsEntry(
                                    AttributeKey.stringKey("messaging.destination.name"), "test")
                            .containsEntry(AttributeKey.longKey("messaging.message.body.size"), 5L)
                            .containsEntry(AttributeKey.stringKey("weir.side"), "client");
                }));
        client.session().gone();
    }

    @Test
    void theShareIsKept() {
        Traces traces = new Traces(
                provider.get("test"), new TraceConfig(0.05, Duration.ZERO), () -> Instant.EPOCH,
                () -> 0);
        double mean = IntStream.range(0, 200_000).map(i -> traces.gap()).average().orElse(0);
        assertThat(mean).isCloseTo(20, withinPercentage(3));
    }

    @Test
    void aSlowMessageIsTracedHoweverSmallTheShare() throws Exception {
        TestNode node = node(new TraceConfig(0, Duration.ofSeconds(1)), WhenFull.BLOCK);
        Peer client = node.open(Side.CLIENT);
        client.says("waits");
        node.pass(Duration.ofSeconds(2));
        node.open(Side.WORKER);

        await().untilAsserted(() -> assertThat(messages()).singleElement()
                .satisfies(span -> {
                    assertThat(span.getAttributes().get(REASON)).isEqualTo("slow");
                    assertThat(span.getEndEpochNanos() - span.getStartEpochNanos())
                            .isEqualTo(Duration.ofSeconds(2).toNanos());
                }));
        client.session().gone();
    }

    @Test
    void aMessageThatReachesNobodyIsTracedAsAnError() throws Exception {
        Peer client = node(NONE, WhenFull.BLOCK).open(Side.CLIENT);
        client.says("one");
        client.says("two");
        client.session().gone();

        await().untilAsserted(() -> assertThat(messages()).singleElement()
                .satisfies(span -> {
                    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
                    assertThat(span.getAttributes().get(REASON)).isEqualTo("ended");
                    assertThat(span.getAttributes().get(
                            AttributeKey.longKey("messaging.batch.message_count"))).isEqualTo(2);
                }));
    }

    @Test
    void aTracedMessageThatTheQueueDropsEndsAsAnError() throws Exception {
        Peer client = node(ALL, WhenFull.DROP_OLDEST).open(Side.CLIENT);
        client.says("one");
        client.says("two");
        client.says("three");

        assertThat(messages()).singleElement().satisfies(span ->
                assertThat(span.getStatus().getDescription()).isEqualTo("the queue was full"));
        client.session().gone();
    }

    @Test
    void aRefusedMessageHasOneSpanWhenItWasTraced() throws Exception {
        assertOneSpanOfARefusedMessage(ALL);
    }

    @Test
    void aRefusedMessageHasOneSpanAlsoWhenItWasNotTraced() throws Exception {
        assertOneSpanOfARefusedMessage(NONE);
    }

    private void assertOneSpanOfARefusedMessage(TraceConfig trace) throws Exception {
        Peer client = node(trace, WhenFull.DROP_NEWEST).open(Side.CLIENT);
        client.says("one");
        client.says("two");
        client.says("three");
        assertThat(messages()).singleElement().satisfies(span ->
                assertThat(span.getStatus().getDescription()).isEqualTo("dropped"));
        client.session().gone();
    }

    @Test
    void aFloodOfLossesIsNoFloodOfSpans() throws Exception {
        Peer client = node(NONE, WhenFull.DROP_NEWEST).open(Side.CLIENT);
        for (int i = 0; i < 1000; i++) {
            client.says("again");
        }

        assertThat(messages()).hasSize(100);
        client.session().gone();
    }

    @Test
    void everyTraceThatBeginsEnds() throws Exception {
        TestNode node = node(ALL, WhenFull.BLOCK);
        Peer client = node.open(Side.CLIENT);
        client.says("queued");
        client.part(1, false, "begun and never finished");
        client.session().closedByPeer(new Close(1000, ""));
        client.session().gone();

        await().untilAsserted(() -> assertThat(messages()).hasSize(2));
        assertThat(spans.getFinishedSpanItems())
                .filteredOn(span -> span.getName().equals("session test"))
                .singleElement()
                .satisfies(span ->
                        assertThat(span.getAttributes().get(REASON)).isEqualTo("closed"));
    }
}
