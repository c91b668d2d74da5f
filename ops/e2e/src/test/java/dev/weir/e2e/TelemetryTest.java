package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a collector gets of a relay, and what it costs the relay when the collector hangs. */
final class TelemetryTest {

    private static final Duration SOON = Duration.ofMinutes(1);

    private static final String CALLER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER_SPAN = "00f067aa0ba902b7";

    /** Attributes that tell who a client is, of spans and of log records. */
    static final List<String> OF_A_CLIENT =
            List.of("url.path", "weir.key", "client.address", "key", "remote");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir private Path folder;

    @AfterEach
    void disconnect() {
        http.shutdownNow();
    }

    @Test
    void tracesMetricsAndLogsArriveAtAReceiver() throws Exception {
        try (var receiver = Receiver.start(folder.resolve("receiver.log"));
                var weir = WeirProcess.startWith(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint(),
                                "OTEL_METRIC_EXPORT_INTERVAL", "500",
                                "OTEL_BSP_SCHEDULE_DELAY", "100",
                                "OTEL_BLRP_SCHEDULE_DELAY", "100",
                                "OTEL_SERVICE_NAME", "relay-under-test"),
                        "trace: { messages: 1 }")) {
            var worker = connect(weir.url("/worker/secret-key"), Map.of());
            var client = connect(weir.url("/client/secret-key"), Map.of(
                    "traceparent", "00-" + CALLER_TRACE + "-" + CALLER_SPAN + "-01"));
            client.send("hello");
            assertThat(worker.next()).isEqualTo("hello");
            client.socket.sendClose(4001, "enough").get(10, TimeUnit.SECONDS);
            await().atMost(SOON).until(() -> spans(receiver, "session default").size() == 2);

            handshakeIsAChildOfTheCaller(receiver);
            sessionTellsOfItsEnd(receiver);
            messageLinksToItsSession(receiver);
            logRecordsBelongToTheHandshake(receiver);
            metricsArrive(receiver);
            whatTellsWhoAClientIsHasTheseNames(receiver);
            weir.stop();
        }
    }

    /**
     * The client's own trace has the handshake and the session; that of the message links to it, and
     * goes through relay and connector into the worker, which knows nothing of Weir.
     */
    @Test
    void theWayOfAMessageIsOneTraceFromTheRelayIntoTheWorker() throws Exception {
        try (var receiver = Receiver.start(folder.resolve("receiver.log"));
                var service = TracedWorker.start(receiver.httpEndpoint());
                var weir = WeirProcess.startWith(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint(),
                                "OTEL_BSP_SCHEDULE_DELAY", "100",
                                "OTEL_SERVICE_NAME", "relay-under-test"),
                        """
                        trace: { messages: 1 }
                        connectors: [ { name: orders, type: http, url: "%s" } ]
                        routes: [ { name: default, clients: "/client/{key}", connector: orders } ]
                        """.formatted(service.url()))) {
            var client = connect(weir.url("/client/a"), Map.of(
                    "traceparent", "00-" + CALLER_TRACE + "-" + CALLER_SPAN + "-01"));
            client.send("two apples");
            assertThat(client.next()).isEqualTo("TWO APPLES");

            var work = awaitSpan(receiver, "work");
            var served = awaitSpan(receiver, "POST");
            var called = awaitSpan(receiver, "send orders");
            var forwarded = awaitSpan(receiver, "forward default");

            assertThat(List.of(work, served, called, forwarded))
                    .extracting(span -> span.path("traceId").asString())
                    .containsOnly(forwarded.path("traceId").asString())
                    .isNotEqualTo(CALLER_TRACE);
            assertThat(forwarded.path("parentSpanId").asString("")).isEmpty();
            assertThat(called.path("parentSpanId")).isEqualTo(forwarded.path("spanId"));
            assertThat(served.path("parentSpanId")).isEqualTo(called.path("spanId"));
            assertThat(work.path("parentSpanId")).isEqualTo(served.path("spanId"));
            assertThat(List.of(work, served, called, forwarded))
                    .extracting(span -> span.path("kind").asString())
                    .containsExactly("INTERNAL", "SERVER", "CLIENT", "CONSUMER");
            assertThat(List.of(work, served, called, forwarded))
                    .extracting(span -> attribute(span, "service.name"))
                    .containsExactly("worker-under-test", "worker-under-test",
                            "relay-under-test", "relay-under-test");
            assertThat(attribute(work, "text")).isEqualTo("two apples");
            handshakeIsAChildOfTheCaller(receiver);
            messageLinksToItsSession(receiver);
            client.socket.abort(); // else the drain waits for it
            weir.stop();
        }
    }

    /** The only span of that name, when it has arrived. */
    private static JsonNode awaitSpan(Receiver receiver, String name) {
        return await().atMost(SOON)
                .until(() -> spans(receiver, name), spans -> spans.size() == 1)
                .getFirst();
    }

    private static JsonNode handshake(Receiver receiver) throws Exception {
        var spans = spans(receiver, "GET /client/{key}");
        assertThat(spans).hasSize(1);
        return spans.getFirst();
    }

    private static void handshakeIsAChildOfTheCaller(Receiver receiver) throws Exception {
        var handshake = handshake(receiver);
        assertThat(handshake.path("traceId").asString()).isEqualTo(CALLER_TRACE);
        assertThat(handshake.path("parentSpanId").asString()).isEqualTo(CALLER_SPAN);
        assertThat(handshake.path("kind").asString()).isEqualTo("SERVER");
        assertThat(attribute(handshake, "service.name")).isEqualTo("relay-under-test");
        assertThat(attribute(handshake, "weir.result")).isEqualTo("accepted");
        assertThat(attribute(handshake, "weir.route")).isEqualTo("default");
        assertThat(attribute(handshake, "http.response.status_code")).isEqualTo("101");
    }

    private static void sessionTellsOfItsEnd(Receiver receiver) throws Exception {
        var handshake = handshake(receiver);
        var session = spans(receiver, "session default").stream()
                .filter(span -> attribute(span, "weir.side").equals("client"))
                .findFirst()
                .orElseThrow();
        assertThat(session.path("traceId")).isEqualTo(handshake.path("traceId"));
        assertThat(session.path("parentSpanId")).isEqualTo(handshake.path("spanId"));
        assertThat(attribute(session, "weir.reason")).isEqualTo("closed");
        assertThat(attribute(session, "weir.close.code")).isEqualTo("4001");
    }

    private static void messageLinksToItsSession(Receiver receiver) throws Exception {
        var handshake = handshake(receiver);
        await().atMost(SOON).until(() -> !spans(receiver, "forward default").isEmpty());
        var message = spans(receiver, "forward default").getFirst();
        assertThat(message.path("traceId").asString()).isNotEqualTo(CALLER_TRACE);
        assertThat(message.path("events").valueStream().map(e -> e.path("name").asString()))
                .containsExactly("received", "queued", "written");
        var link = message.path("links").path(0);
        assertThat(link.path("traceId")).isEqualTo(handshake.path("traceId"));
        assertThat(link.path("spanId")).isEqualTo(handshake.path("spanId"));
    }

    private static void logRecordsBelongToTheHandshake(Receiver receiver) throws Exception {
        var span = handshake(receiver).path("spanId");
        await().atMost(SOON).untilAsserted(() -> assertThat(receiver.logs())
                .filteredOn(record -> record.path("spanId").equals(span))
                .allSatisfy(record -> assertThat(record.path("traceId").asString())
                        .isEqualTo(CALLER_TRACE))
                .extracting(record -> record.path("body").asString())
                .contains("session ended"));
    }

    /** A collector that is to keep them back must know all of them. */
    private static void whatTellsWhoAClientIsHasTheseNames(Receiver receiver) throws Exception {
        var telling = new TreeSet<String>();
        for (var sent : Stream.concat(receiver.spans().stream(), receiver.logs().stream()).toList()) {
            sent.path("attributes").properties().stream()
                    .filter(attribute -> attribute.getValue().asString("")
                            .matches("/client/secret-key|secret-key|127\\.0\\.0\\.1.*"))
                    .filter(attribute -> !attribute.getKey().startsWith("server."))
                    .forEach(attribute -> telling.add(attribute.getKey()));
        }
        assertThat(telling).containsExactlyInAnyOrderElementsOf(OF_A_CLIENT);
    }

    private static void metricsArrive(Receiver receiver) throws Exception {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(receiver.series("weir.messages.received"))
                    .filteredOn(series -> attribute(series, "weir.side").equals("client"))
                    .singleElement()
                    .satisfies(series -> assertThat(lastPoint(series).path("value").asInt())
                            .isEqualTo(1));
            assertThat(receiver.series("weir.forward.duration")).isNotEmpty();
            assertThat(receiver.series("jvm.memory.used")).isNotEmpty();
        });
    }

    @Test
    void aCollectorThatNeverAnswersCostsNothingButTelemetry() throws Exception {
        int messages = 3000;
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var weir = WeirProcess.startWith(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT",
                                "http://127.0.0.1:" + silent.getLocalPort(),
                                "OTEL_BSP_MAX_QUEUE_SIZE", "100",
                                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "50",
                                "OTEL_BSP_SCHEDULE_DELAY", "100"),
                        "trace: { messages: 1 }")) {
            var worker = connect(weir.url("/worker/a"), Map.of());
            var client = connect(weir.url("/client/a"), Map.of());
            for (int i = 0; i < messages; i++) {
                client.send("to the worker " + i);
                worker.send("to the client " + i);
            }
            for (int i = 0; i < messages; i++) {
                assertThat(worker.next()).isEqualTo("to the worker " + i);
                assertThat(client.next()).isEqualTo("to the client " + i);
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(
                    weir.admin().get("/metrics").body()).containsPattern(
                            "otel_sdk_processor_span_processed_span_total"
                                    + "\\{error_type=\"queue_full\".* [1-9]"));
            client.socket.abort();
            worker.socket.abort();
            weir.stop();
        }
    }

    private static List<JsonNode> spans(Receiver receiver, String name) throws Exception {
        return receiver.spans().stream()
                .filter(span -> span.path("name").asString().equals(name))
                .toList();
    }

    private static String attribute(JsonNode of, String key) {
        return of.path("attributes").path(key).asString("");
    }

    private static JsonNode lastPoint(JsonNode series) {
        var points = series.path("points");
        return points.path(points.size() - 1);
    }

    private Wire connect(URI url, Map<String, String> headers) throws Exception {
        var inbox = new Inbound();
        var builder = http.newWebSocketBuilder();
        headers.forEach(builder::header);
        return new Wire(builder.buildAsync(url, inbox).get(20, TimeUnit.SECONDS), inbox);
    }

    /** The JDK's WebSocket, for texts. */
    private record Wire(WebSocket socket, Inbound inbox) {

        void send(String text) throws Exception {
            socket.sendText(text, true).get(20, TimeUnit.SECONDS);
        }

        String next() throws InterruptedException, IOException {
            var text = inbox.received.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            if (text == null) {
                throw new IOException("no message came");
            }
            return text;
        }
    }

    private static final class Inbound implements WebSocket.Listener {

        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                received.add(message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
