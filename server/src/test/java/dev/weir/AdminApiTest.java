package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rest of what the admin port answers: lists with filter and paging, and the node itself. */
class AdminApiTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private List<String> keys(String query) throws Exception {
        return weir.admin("/sessions" + query).json().path("sessions").valueStream()
                .map(session -> session.path("key").asString())
                .toList();
    }

    @Test
    void sessionsComeInPagesThatTellHowManyThereAre() throws Exception {
        for (String key : List.of("a", "b", "c", "d", "e")) {
            weir.client(key);
        }
        JsonNode page = weir.admin("/sessions?sort=-key&limit=2&offset=1").json();
        assertThat(page.path("total").asInt()).isEqualTo(5);
        assertThat(page.path("offset").asInt()).isEqualTo(1);
        assertThat(page.path("limit").asInt()).isEqualTo(2);
        assertThat(keys("?sort=-key&limit=2&offset=1")).containsExactly("d", "c");
        assertThat(keys("?sort=key&limit=2&offset=4")).containsExactly("e");
        assertThat(keys("?sort=key&limit=2&offset=5")).isEmpty();
    }

    @Test
    void sessionsAreFilteredByAllThatIsNamed() throws Exception {
        weir.namedRoute("default", "/client/{key}", "/worker/{key}")
                .namedRoute("other", "/oc/{key}", "/ow/{key}");
        RawPeer paired = weir.client("a1");
        weir.worker("a1");
        weir.client("a2");
        weir.open("/oc/a1");
        soon().until(() -> weir.shown(paired).path("phase").asString().equals("paired"));
        assertThat(keys("?key=a1")).hasSize(3);
        assertThat(keys("?key=a")).isEmpty();
        assertThat(keys("?q=a")).hasSize(4);
        assertThat(keys("?q=oth")).containsExactly("a1");
        assertThat(keys("?route=other")).containsExactly("a1");
        assertThat(keys("?route=default&side=client&sort=key")).containsExactly("a1", "a2");
        assertThat(keys("?phase=paired")).containsExactly("a1", "a1");
        assertThat(keys("?id=" + paired.id().substring(0, 8))).containsExactly("a1");
        assertThat(keys("?q=127.0.0.1:")).hasSize(4);
    }

    @Test
    void sessionsAreSortedByWhatTheyHoldUp() throws Exception {
        weir.client("small").text("1").roundTrip();
        weir.client("none").roundTrip();
        weir.client("large").text("1234567890").roundTrip();
        assertThat(keys("?sort=-queue")).containsExactly("large", "small", "none");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "limit=0          | limit must be a number from 1 to 1000",
        "limit=1001       | limit must be a number from 1 to 1000",
        "offset=-1        | offset must be a number from 0 to 10000000",
        "side=both        | side must be one of client, worker",
        "phase=gone       | phase must be one of closing, ended, opening, paired, waiting",
        "sort=size        | sort must be one of blocked, id, key, phase, queue, quiet, received, "
                + "route, rtt, sent, since, undelivered, with a - before it for descending",
        "colour=red       | no parameter is called so; these are: id, key, limit, offset, phase, "
                + "q, route, side, sort",
    })
    void aQueryThatMakesNoSenseIsToldSo(String query, String reason) throws Exception {
        for (String path : List.of("/sessions?", "/pairs?", "/workers?")) {
            HttpAnswer answer = weir.admin(path + query);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.reason()).isEqualTo(reason);
        }
    }

    @Test
    void pairsAreShownWithBothEndsAndTheirQueues() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        weir.client("alone");
        soon().until(() -> weir.admin("/pairs").json().path("total").asInt() == 1);
        JsonNode pair = weir.admin("/pairs").json().path("pairs").get(0);
        assertThat(pair.path("id").asString())
                .isEqualTo(weir.shown(client).path("pair").asString());
        assertThat(pair.path("route").asString()).isEqualTo("default");
        assertThat(pair.path("key").asString()).isEqualTo("a");
        assertThat(pair.path("client").path("id").asString()).isEqualTo(client.id());
        assertThat(pair.path("worker").path("id").asString()).isEqualTo(worker.id());
        assertThat(pair.path("client").path("queue").path("messages").asInt()).isZero();
    }

    @Test
    void aFreeWorkerThatIsDrainedIsToldAtOnce() throws Exception {
        weir.pool();
        RawPeer worker = weir.open("/worker");
        HttpAnswer answer = weir.admin("POST", "/workers/" + worker.id() + "/drain");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(worker.end()).isEqualTo("1012 server is restarting");
        soon().until(() ->
                weir.admin("/routes").json().path("routes").get(0)
                        .path("waitingWorkers").asInt() == 0);
    }

    @Test
    void aBusyWorkerThatIsDrainedFinishesItsPairAndGetsNoOtherClient() throws Exception {
        weir.pool("on-client-gone: keep");
        RawPeer first = weir.open("/client");
        RawPeer worker = weir.open("/worker");
        first.text("one");
        assertThat(worker.text()).isEqualTo("one");
        JsonNode shown = weir.admin("POST", "/workers/" + worker.id() + "/drain").json();
        assertThat(shown.path("state").asString()).isEqualTo("busy");
        assertThat(shown.path("draining").asBoolean()).isTrue();
        assertThat(shown.path("client").asString()).isEqualTo(first.id());
        RawPeer second = weir.open("/client");
        first.text("two");
        assertThat(worker.text()).isEqualTo("two");
        first.close(1000, "done");
        assertThat(worker.end()).isEqualTo("1012 server is restarting");
        RawPeer fresh = weir.open("/worker");
        second.text("three");
        assertThat(fresh.text()).isEqualTo("three");
    }

    @Test
    void onlyAWorkerCanBeDrained() throws Exception {
        RawPeer client = weir.client("a");
        assertThat(weir.admin("POST", "/workers/" + client.id() + "/drain").status())
                .isEqualTo(404);
        assertThat(weir.admin("/workers").json().path("total").asInt()).isZero();
    }

    @Test
    void routesTellWhatWentOnInThem() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        weir.worker("free");
        client.text("12345");
        assertThat(worker.text()).isEqualTo("12345");
        JsonNode route = weir.admin("/routes").json().path("routes").get(0);
        assertThat(route.path("active").asBoolean()).isTrue();
        assertThat(route.path("liveClients").asInt()).isEqualTo(1);
        assertThat(route.path("liveWorkers").asInt()).isEqualTo(2);
        assertThat(route.path("pairs").asInt()).isEqualTo(1);
        assertThat(route.path("waitingWorkers").asInt()).isEqualTo(1);
        assertThat(route.path("fromClients").path("bytes").asLong()).isGreaterThanOrEqualTo(5);
        worker.close(1000, "");
        client.end();
        soon().until(() -> weir.admin("/routes").json().path("routes").get(0)
                .path("ends").path("partner-closed").asInt() > 0);
    }

    @Test
    void theOverviewFollowsTheNode() throws Exception {
        RawPeer client = weir.client("a");
        weir.worker("a");
        weir.client("alone").text("waits").roundTrip();
        JsonNode overview = soon().until( // it is as old as a second
                () -> weir.admin("/overview").json(),
                seen -> seen.path("sessions").path("total").asInt() == 3
                        && seen.path("pairs").asInt() == 1
                        && seen.path("queues").path("bytes").asInt() == 5);
        assertThat(overview.path("sessions").path("limit").asInt()).isEqualTo(20_000);
        assertThat(overview.path("waiting").path("clients").asInt()).isEqualTo(1);
        assertThat(overview.path("draining").asBoolean()).isFalse();
        client.text("1").roundTrip();
        soon().until(() ->
                weir.admin("/overview").json().path("rate").path("messages").asDouble() > 0);
    }

    @Test
    void theHistoryGrowsByOneSampleAtATime() throws Exception {
        weir.client("a");
        soon().until(() -> !weir.admin("/history").json().path("samples").isEmpty());
        JsonNode history = weir.admin("/history").json();
        assertThat(history.path("samples").get(0)).hasSize(history.path("columns").size());
        assertThat(history.path("columns").get(0).asString()).isEqualTo("time");
        assertThat(history.path("latency").asString()).isEqualTo("forward");
    }

    @Test
    void theConfigInForceIsShownWithoutSecrets() throws Exception {
        weir.route("wait: 7s");
        JsonNode config = weir.admin("/config").json();
        assertThat(config.path("settings").path("routes").get(0).path("wait").asString())
                .isEqualTo("7s");
        assertThat(config.path("refused").isNull()).isTrue();
        assertThat(config.path("needsRestart")).isEmpty();
    }

    @Test
    void theLogLevelIsChangedForAWhile() throws Exception {
        HttpAnswer answer = weir.admin(
                "PUT", "/log-level", "application/json", "{\"level\":\"error\",\"for\":\"200ms\"}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("level").asString()).isEqualTo("error");
        assertThat(answer.json().path("until").isNull()).isFalse();
        soon().until(() ->
                weir.admin("/log-level").json().path("level").asString().equals("info"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', value = {
        "application/json | {\"level\":\"loud\"}               | 400",
        "application/json | {\"level\":\"debug\",\"for\":\"25h\"} | 400",
        "application/json | {\"level\":\"debug\",\"for\":\"off\"} | 400",
        "application/json | {\"level\":\"debug\",\"to\":\"1h\"}   | 400",
        "application/json | {\"level\":                        | 400",
        "application/json | []                                 | 400",
        "text/plain       | debug                              | 415",
    })
    void aLogLevelThatMakesNoSenseChangesNothing(String type, String body, int status)
            throws Exception {
        assertThat(weir.admin("PUT", "/log-level", type, body).status()).isEqualTo(status);
        assertThat(weir.admin("/log-level").json().path("level").asString()).isEqualTo("info");
    }

    @ParameterizedTest
    @CsvSource({"text/plain, 409", "application/xml, 415"})
    void aClientOfAWorkerTakesNoMessageFromOutside(String type, int status) throws Exception {
        RawPeer client = weir.client("a");
        String path = "/sessions/" + client.id() + "/messages";
        assertThat(weir.admin("POST", path, type, "hello").status()).isEqualTo(status);
        assertThat(weir.admin("POST", "/sessions/none/messages", "text/plain", "x").status())
                .isEqualTo(404);
    }

    @Test
    void anOperatorAsksWhoHostsTheRelayForADrain() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        weir.relay().onDrainRequested(asked::countDown);
        assertThat(weir.admin("POST", "/drain").status()).isEqualTo(202);
        asked.await();
        assertThat(weir.admin("POST", "/drain").status()).isEqualTo(202);
    }

    @Test
    void ofManySessionsOnlyAPageIsMade() throws Exception {
        for (int i = 0; i < 300; i++) {
            weir.client("k" + i);
        }
        assertThat(weir.admin("/sessions?limit=3").body().length()).isLessThan(3000);
        assertThat(weir.admin("/sessions?limit=3").json().path("total").asInt()).isEqualTo(300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/overview", "/findings"})
    void whatIsThereOrNotCanBeWatched(String path) throws Exception {
        try (RawSocket viewer = new RawSocket(weir.relay().adminPort())) {
            HttpAnswer head = viewer.ask(
                    "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(head.status()).isEqualTo(400);
        }
        List<JsonNode> events = new ArrayList<>();
        try (LiveEvents live = new LiveEvents(
                weir.relay().adminPort(), "/stream?watch=" + path + "&watch=/routes")) {
            while (events.size() < 2) {
                events.add(live.next());
            }
        }
        assertThat(events).extracting(event -> event.path("watch").asString())
                .containsExactly(path, "/routes");
        assertThat(events.getFirst().path("status").asInt())
                .isEqualTo(weir.admin(path).status());
        assertThat(events.getLast().path("body").path("routes")).hasSize(1);
    }

    @Test
    void everyEndpointIsDescribedAndTheOtherWayRound() throws Exception {
        List<String> described = new ArrayList<>();
        JsonNode paths = description().path("paths");
        for (String path : paths.propertyNames()) {
            for (String method : paths.path(path).propertyNames()) {
                if (!method.equals("parameters")) {
                    described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path);
                }
            }
        }
        List<String> answered = new ArrayList<>(weir.relay().endpoints());
        answered.add("GET /metrics");
        assertThat(described).containsExactlyInAnyOrderElementsOf(answered);
    }

    @Test
    void theDescriptionNamesTheFieldsThatThereAre() throws Exception {
        RawPeer client = weir.client("a");
        weir.worker("a");
        soon().until(() -> weir.admin("/pairs").json().path("total").asInt() == 1);
        JsonNode schemas = description().path("components").path("schemas");
        assertFields(weir.shown(client), schemas.path("Session"));
        assertFields(weir.shown(client).path("queue"), schemas.path("Queue"));
        assertFields(weir.admin("/pairs").json().path("pairs").get(0), schemas.path("Pair"));
        assertFields(weir.admin("/workers").json().path("workers").get(0),
                schemas.path("Worker"));
        assertFields(weir.admin("/routes").json().path("routes").get(0), schemas.path("Route"));
        JsonNode overview = weir.admin("/overview").json();
        assertFields(overview, schemas.path("Overview"));
        for (String part : List.of("sessions", "waiting", "queues", "total", "rate", "latency")) {
            assertFields(overview.path(part), schemas.path("Overview").path("properties")
                    .path(part));
        }
    }

    private static void assertFields(JsonNode shown, JsonNode schema) {
        assertThat(schema.path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(shown.propertyNames());
        assertThat(schema.path("required").valueStream().map(JsonNode::asString)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(shown.propertyNames());
    }

    private JsonNode description() throws Exception {
        HttpAnswer answer = weir.admin("/openapi.yaml");
        assertThat(answer.header("content-type")).isEqualTo("application/yaml");
        assertThat(answer.body().getBytes(StandardCharsets.UTF_8)).isNotEmpty();
        Object yaml = new Load(LoadSettings.builder().build()).loadFromString(answer.body());
        return JsonMapper.shared().valueToTree(Objects.requireNonNull(yaml));
    }
}
