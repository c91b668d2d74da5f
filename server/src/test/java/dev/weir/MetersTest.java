package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.ScriptedConnector.Script;
import dev.weir.connectors.Message;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the relay counts, as {@code /metrics} tells it. Each test has a route of its own. */
class MetersTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private Scrape scrape() throws Exception {
        HttpAnswer answer = weir.admin("/metrics");
        assertThat(answer.status()).isEqualTo(200);
        return Scrape.of(answer.body());
    }

    @Test
    void aPairIsCountedByRouteSideAndPhase() throws Exception {
        weir.namedRoute("pairs", "/c/{key}", "/w/{key}");
        RawPeer client = weir.open("/c/a");
        RawPeer worker = weir.open("/w/a");
        weir.open("/c/b");
        client.text("hello");
        worker.text();

        Scrape page = scrape();

        assertThat(page.value("weir_pairs", "weir_route=pairs")).isEqualTo(1);
        assertThat(page.value("weir_waiting_clients", "weir_route=pairs")).isEqualTo(1);
        assertThat(page.value("weir_waiting_workers", "weir_route=pairs")).isZero();
        assertThat(page.value("weir_sessions", "weir_side=client", "weir_phase=paired")).isEqualTo(1);
        assertThat(page.value("weir_sessions", "weir_side=client", "weir_phase=waiting"))
                .isEqualTo(1);
        assertThat(page.value("weir_sessions", "weir_side=worker", "weir_phase=paired"))
                .isEqualTo(1);
    }

    @Test
    void aMessageIsCountedOnItsWayInAndOutAndTimedInBetween() throws Exception {
        weir.namedRoute("ways", "/c/{key}", "/w/{key}");
        RawPeer client = weir.open("/c/a");
        RawPeer worker = weir.open("/w/a");
        client.text("hello").text("again");
        worker.text();
        worker.text();
        soon().untilAsserted(() -> {
            Scrape page = scrape();
            assertThat(page.value("weir_messages_received_total", "weir_side=client")).isEqualTo(2);
            assertThat(page.value("weir_payload_received_bytes_total", "weir_side=client"))
                    .isEqualTo(10);
            assertThat(page.value("weir_messages_sent_total", "weir_side=worker")).isEqualTo(2);
            assertThat(page.value("weir_payload_sent_bytes_total", "weir_side=worker"))
                    .isEqualTo(10);
            assertThat(page.value("weir_forward_duration_seconds_count", "weir_side=client"))
                    .isEqualTo(2);
            assertThat(page.value("weir_forward_duration_seconds_sum", "weir_side=client"))
                    .isBetween(1e-6, 60.0);
            assertThat(page.value("weir_forward_duration_seconds_count", "weir_side=worker"))
                    .isZero();
        });
    }

    /** A link to a service is no session, but what goes through it counts as a worker's. */
    @Test
    void whatAServiceTakesAndSaysIsCountedAsThatOfAWorker() throws Exception {
        String script = UUID.randomUUID().toString();
        weir.node("connectors: [ { name: echo, type: scripted, script: " + script + " } ]")
                .serviceRoute("service", "/c/{key}", "echo");
        RawPeer client = weir.open("/c/a");
        assertThat(client.text("hello").text()).isEqualTo("hello");
        soon().untilAsserted(() -> assertService(scrape()));
        client.close(1000, "");
        soon().untilAsserted(() -> assertThat(scrape().value("weir_sessions")).isZero());
        assertService(scrape());
        assertThat(StreamSupport.stream(weir.admin("/routes").json().path("routes").spliterator(),
                        false)
                .map(route -> route.path("fromWorkers").path("messages").asInt())).contains(1);
    }

    private static void assertService(Scrape page) {
        for (String way : List.of("received", "sent")) {
            for (String side : List.of("client", "worker")) {
                assertThat(page.value("weir_messages_" + way + "_total",
                        "weir_route=service", "weir_side=" + side)).as(way).isEqualTo(1);
                assertThat(page.value("weir_payload_" + way + "_bytes_total",
                        "weir_route=service", "weir_side=" + side)).as(way).isEqualTo(5);
                assertThat(page.value("weir_forward_duration_seconds_count",
                        "weir_route=service", "weir_side=" + side)).as(way).isEqualTo(1);
            }
        }
        assertThat(page.value("weir_sessions", "weir_side=worker")).isZero();
    }

    @Test
    void whatAClientDoesNotTakeOfAServiceIsInTheQueueOfTheWorkerSide() throws Exception {
        String script = UUID.randomUUID().toString();
        Script service = Script.of(script);
        weir.node("connectors: [ { name: echo, type: scripted, script: " + script + " } ]")
                .serviceRoute("deaf", "/c/{key}", "echo", "queue: { bytes: 128KiB }");
        RawPeer client = weir.dial("/c/a").stalled().open();
        soon().until(() -> !service.links.isEmpty());
        for (int i = 0; i < 1000; i++) {
            service.link().says(Message.binary(new byte[16 * 1024]));
        }
        soon().untilAsserted(() -> {
            Scrape page = scrape();
            assertThat(page.value("weir_queue_payload_bytes", "weir_side=worker"))
                    .isGreaterThan(100_000);
            assertThat(page.value("weir_sessions_blocked", "weir_side=worker")).isEqualTo(1);
            assertThat(page.value("weir_queue_age_seconds", "weir_side=worker"))
                    .isGreaterThan(0.5);
            assertThat(page.value("weir_blocked_time_seconds_total", "weir_side=worker"))
                    .isGreaterThan(0.5);
        });
        client.reset();
        soon().untilAsserted(() -> {
            assertThat(scrape().value("weir_queue_payload_bytes")).isZero();
            assertThat(scrape().value("weir_blocked_time_seconds_total", "weir_side=worker"))
                    .isGreaterThan(0.5);
        });
    }

    @Test
    void countsOfSessionsThatAreOverStay() throws Exception {
        weir.namedRoute("over", "/c/{key}", "/w/{key}");
        RawPeer client = weir.open("/c/a");
        RawPeer worker = weir.open("/w/a");
        client.text("hello");
        worker.text();
        client.close(1000, "");

        soon().untilAsserted(() -> {
            Scrape page = scrape();
            assertThat(page.value("weir_sessions")).isZero();
            assertThat(page.value(
                    "weir_sessions_ended_total", "weir_side=client", "weir_reason=closed"))
                    .isEqualTo(1);
            assertThat(page.value(
                    "weir_sessions_ended_total", "weir_side=worker", "weir_reason=partner-closed"))
                    .isEqualTo(1);
            assertThat(page.value("weir_messages_received_total")).isEqualTo(1);
        });
    }

    @Test
    void whatNobodyTakesShowsInTheQueueAndAsUndeliveredAtTheEnd() throws Exception {
        weir.namedRoute("queue", "/c/{key}", "/w/{key}");
        RawPeer client = weir.open("/c/a");
        client.text("one").text("three").roundTrip();

        Scrape page = scrape();
        assertThat(page.value("weir_queue_messages")).isEqualTo(2);
        assertThat(page.value("weir_queue_payload_bytes")).isEqualTo(8);
        assertThat(page.value("weir_queue_messages_highest")).isEqualTo(2);
        assertThat(page.value("weir_queue_payload_highest_bytes")).isEqualTo(8);
        assertThat(page.value("weir_queue_memory_used_bytes")).isPositive();

        client.close(1000, "");
        soon().untilAsserted(() -> assertThat(scrape().value(
                "weir_messages_undelivered_total", "weir_side=client", "weir_reason=ended"))
                .isEqualTo(2));
    }

    @Test
    void aSenderThatIsHeldUpShows() throws Exception {
        weir.namedRoute("held", "/c/{key}", "/w/{key}", "queue: { messages: 1 }");
        RawPeer client = weir.open("/c/a");
        client.text("one").text("two").text("three");

        soon().untilAsserted(() -> {
            Scrape page = scrape();
            assertThat(page.value("weir_sessions_blocked", "weir_side=client")).isEqualTo(1);
            assertThat(page.value("weir_blocked_time_seconds_total", "weir_side=client"))
                    .isPositive();
        });
        weir.open("/w/a"); // takes it all, so that the client's socket is read again
        soon().untilAsserted(() -> assertThat(scrape().value("weir_sessions_blocked")).isZero());
    }

    @Test
    void whatAPartnerDoesNotTakeGetsOld() throws Exception {
        weir.namedRoute("age", "/c/{key}", "/w/{key}");
        RawPeer worker = weir.dial("/w/a").stalled().open();
        RawPeer client = weir.open("/c/a");
        CompletableFuture<Void> sending = client.sending(() -> {
            for (int i = 0; i < 200; i++) {
                client.binary(new byte[16 * 1024]);
            }
        });

        soon().untilAsserted(() -> assertThat(
                scrape().value("weir_queue_age_seconds", "weir_side=client"))
                .isGreaterThan(0.5));
        assertThat(scrape().value("weir_queue_age_seconds", "weir_side=worker")).isZero();

        worker.read();
        sending.get(60, TimeUnit.SECONDS);
        soon().untilAsserted(() ->
                assertThat(scrape().value("weir_queue_age_seconds")).isZero());
    }

    @Test
    void aFullQueueThatDropsSaysSo() throws Exception {
        weir.namedRoute(
                "drops", "/c/{key}", "/w/{key}", "queue: { messages: 1, when-full: drop-newest }");
        RawPeer client = weir.open("/c/a");
        client.text("one").text("two").text("three").roundTrip();

        assertThat(scrape().value("weir_messages_undelivered_total", "weir_reason=dropped"))
                .isEqualTo(2);
    }

    @Test
    void pingsAreTimed() throws Exception {
        weir.node("heartbeat: { ping: 100ms, pong: 50ms }")
                .namedRoute("pings", "/c/{key}", "/w/{key}");
        weir.open("/c/a");

        soon().untilAsserted(() -> assertThat(
                scrape().value("weir_ping_duration_seconds_count", "weir_side=client"))
                .isPositive());
    }

    @Test
    void handshakesAreCountedByWhatCameOfThem() throws Exception {
        weir.namedRoute("results", "/c/{key}", "/w/{key}");
        weir.open("/c/a");
        assertThat(weir.dial("/c/a").answer().status()).isEqualTo(409);
        assertThat(weir.dial("/nowhere").answer().status()).isEqualTo(404);

        Scrape page = scrape();
        assertThat(page.value("weir_handshakes_total", "weir_result=accepted")).isEqualTo(1);
        assertThat(page.value(
                "weir_handshakes_total", "weir_route=results", "weir_result=key-taken"))
                .isEqualTo(1);
        assertThat(page.value("weir_handshakes_total", "weir_result=no-route")).isEqualTo(1);
    }

    @Test
    void noCountEverGoesBack() throws Exception {
        weir.namedRoute("back", "/c/{key}", "/w/{key}");
        Map<String, Double> before = Map.of();
        for (int i = 0; i < 50; i++) {
            RawPeer client = weir.open("/c/" + i);
            client.text("hello").roundTrip();
            client.reset();
            Map<String, Double> now = scrape().samples();
            before.forEach((sample, value) -> {
                if (sample.contains("_total{")) {
                    assertThat(now.getOrDefault(sample, -1.0))
                            .as(sample).isGreaterThanOrEqualTo(value);
                }
            });
            before = now;
        }
    }
}
