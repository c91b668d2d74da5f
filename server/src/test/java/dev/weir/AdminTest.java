package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pair.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the admin port tells of sessions, and how it ends them. */
class AdminTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private HttpAnswer delete(RawPeer peer) throws Exception {
        return weir.admin("DELETE", "/sessions/" + peer.id());
    }

    @Test
    void aPairIsShownAsTwoSessionsThatNameEachOther() throws Exception {
        RawPeer client = weir.dial("/client/a").subprotocols("json")
                .header("traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01").open();
        RawPeer worker = weir.dial("/worker/a").subprotocols("json").open();
        client.text("12345");
        assertThat(worker.text()).isEqualTo("12345");
        worker.text("").binary(new byte[10]);
        client.message();
        client.message();
        soon().until(() ->
                weir.shown(client).path("sent").path("messages").asInt() == 2);
        JsonNode shown = weir.shown(client);
        assertThat(shown.path("side").asString()).isEqualTo("client");
        assertThat(shown.path("route").asString()).isEqualTo("default");
        assertThat(shown.path("key").asString()).isEqualTo("a");
        assertThat(shown.path("phase").asString()).isEqualTo("paired");
        assertThat(shown.path("subprotocol").asString()).isEqualTo("json");
        assertThat(shown.path("traceId").asString()).isEqualTo(TRACE);
        assertThat(shown.path("peer").path("address").asString()).startsWith("127.0.0.1:");
        assertThat(shown.path("received").path("messages").asInt()).isEqualTo(1);
        assertThat(shown.path("received").path("bytes").asInt()).isEqualTo(5);
        assertThat(shown.path("sent").path("bytes").asInt()).isEqualTo(10);
        assertThat(shown.path("queue").path("highWaterMessages").asInt()).isEqualTo(1);
        assertThat(shown.path("queue").path("messages").asInt()).isZero();
        assertThat(shown.path("pairedWith").asString()).isEqualTo(worker.id());
        JsonNode other = weir.shown(worker);
        assertThat(other.path("side").asString()).isEqualTo("worker");
        assertThat(other.path("pairedWith").asString()).isEqualTo(client.id());
        assertThat(other.path("pair").asString()).isEqualTo(shown.path("pair").asString());
        assertThat(weir.admin("/sessions").json().path("sessions")).hasSize(2);
    }

    @Test
    void aSessionThatWaitsShowsItsQueueAndNoPair() throws Exception {
        RawPeer client = weir.client("a");
        client.text("one").text("three").roundTrip();
        JsonNode shown = weir.shown(client);
        assertThat(shown.path("phase").asString()).isEqualTo("waiting");
        assertThat(shown.path("pair").isNull()).isTrue();
        assertThat(shown.path("pairedWith").isNull()).isTrue();
        assertThat(shown.path("rttMicros").isNull()).isTrue();
        assertThat(shown.path("queue").path("messages").asInt()).isEqualTo(2);
        assertThat(shown.path("queue").path("bytes").asInt()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"CLIENT", "WORKER"})
    void anOperatorClosesBothOfAPair(Side side) throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("hello");
        assertThat(worker.text()).isEqualTo("hello");
        assertThat(delete(side == Side.CLIENT ? client : worker).status()).isEqualTo(204);
        assertThat(client.end()).isEqualTo("1001 closed by the operator");
        assertThat(worker.end()).isEqualTo("1001 closed by the operator");
        soon().until(() -> weir.admin("/sessions").json().path("total").asInt() == 0);
    }

    @Test
    void anOperatorClosesAClientAndItsWorkerIsKept() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("hello");
        assertThat(worker.text()).isEqualTo("hello");
        assertThat(delete(client).status()).isEqualTo(204);
        assertThat(client.end()).isEqualTo("1001 closed by the operator");
        soon().until(() -> weir.shown(worker).path("phase").asString().equals("waiting"));
        weir.client("a").text("next");
        assertThat(worker.text()).isEqualTo("next");
    }

    @Test
    void anOperatorClosesOneThatWaits() throws Exception {
        RawPeer client = weir.client("a");
        delete(client);
        assertThat(client.end()).isEqualTo("1001 closed by the operator");
        soon().until(() -> delete(client).status() == 404);
    }

    @Test
    void anOperatorClosesOneWhoseQueueIsFull() throws Exception {
        weir.route("queue: { messages: 2, stall: 1h }", "wait: 1h");
        RawPeer client = weir.client("a");
        client.text("1").text("2").text("3");
        soon().until(() -> weir.blocked(client));
        delete(client);
        assertThat(client.end()).isEqualTo("1001 closed by the operator");
    }

    @Test
    void aSessionThatIsNotLiveIsNotFound() throws Exception {
        assertThat(weir.admin("/sessions/0123456789abcdef0123").status()).isEqualTo(404);
    }

    @Test
    void routesAreShownWithTheirPaths() throws Exception {
        weir.pool("subprotocols: [a, b]");
        JsonNode shown = weir.admin("/routes").json();
        assertThat(shown.path("listen").path("port").asInt()).isEqualTo(weir.relay().port());
        JsonNode route = shown.path("routes").get(0);
        assertThat(route.path("name").asString()).isEqualTo("pool");
        assertThat(route.path("clients").asString()).isEqualTo("/client");
        assertThat(route.path("workers").asString()).isEqualTo("/worker");
        assertThat(route.path("subprotocols")).hasSize(2);
    }
}
