package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.e2e.Inbox.Closed;
import dev.weir.e2e.PeerKind.Match;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator sees of live sessions, and does to them. */
@ExtendWith(Peers.Shared.class)
final class AdminTest {

    private static final Match SCRIPTED = new Match(PeerKind.WS, PeerKind.WEBSOCKETS);

    private static WeirProcess weir;

    @BeforeAll
    static void startRelay() throws Exception {
        weir = WeirProcess.start();
    }

    @AfterAll
    static void stopRelay() throws Exception {
        weir.stop();
    }

    @Test
    void aRunningRelayIsLiveAndReady() throws Exception {
        assertThat(weir.admin().get("/livez").status()).isEqualTo(200);
        assertThat(weir.admin().get("/readyz").status()).isEqualTo(200);
    }

    @Test
    void aPairIsShownWithWhatPassedThroughIt(Peers peers) throws Exception {
        try (var pair = Pair.open(weir, peers, SCRIPTED)) {
            var messages = List.of(Message.text("a"), Message.text("bc"));
            Pair.deliver(pair.client(), pair.worker(), messages);

            var client = weir.admin().session(Side.CLIENT, pair.key());
            var worker = weir.admin().session(Side.WORKER, pair.key());
            assertThat(client.get("route").asString()).isEqualTo("default");
            assertThat(client.get("phase").asString()).isEqualTo("paired");
            assertThat(client.get("peer").get("address").asString()).startsWith("127.0.0.1");
            assertThat(client.get("pair")).isEqualTo(worker.get("pair"));
            assertThat(client.get("pairedWith")).isEqualTo(worker.get("id"));
            assertThat(client.get("received").get("messages").asLong()).isEqualTo(2);
            assertThat(client.get("received").get("bytes").asLong()).isEqualTo(3);
            await().atMost(Inbox.DEADLINE).untilAsserted(() -> {
                var sent = weir.admin().session(Side.WORKER, pair.key()).get("sent");
                assertThat(sent.get("messages").asLong()).isEqualTo(2);
                assertThat(sent.get("bytes").asLong()).isEqualTo(3);
            });
        }
    }

    @Test
    void oneSessionIsShownUnderItsId(Peers peers) throws Exception {
        try (var pair = Pair.open(weir, peers, SCRIPTED)) {
            var id = weir.admin().session(Side.CLIENT, pair.key()).get("id").asString();
            var session = weir.admin().get("/sessions/" + id);
            assertThat(session.status()).isEqualTo(200);
            assertThat(session.json().get("key").asString()).isEqualTo(pair.key());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOperatorClosesAPairThroughEitherOfItsSessions(Side side, Peers peers) throws Exception {
        var pair = Pair.open(weir, peers, SCRIPTED);
        var id = weir.admin().session(side, pair.key()).get("id").asString();
        assertThat(weir.admin().delete("/sessions/" + id).status()).isBetween(200, 204);
        var end = new Closed(1001, "closed by the operator");
        assertThat(pair.client().inbox().awaitClosed()).isEqualTo(end);
        assertThat(pair.worker().inbox().awaitClosed()).isEqualTo(end);
    }

    @Test
    void aSessionThatIsNotThereIsNotFound() throws Exception {
        assertThat(weir.admin().get("/sessions/no-such-session").status()).isEqualTo(404);
        assertThat(weir.admin().delete("/sessions/no-such-session").status()).isEqualTo(404);
    }

    @Test
    void nothingOfAnEndedPairRemains(Peers peers) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "only Linux shows descriptors");
        Pair.open(weir, peers, SCRIPTED).close();
        int before = weir.openFileDescriptors();
        for (int i = 0; i < 20; i++) {
            var pair = Pair.open(weir, peers, SCRIPTED);
            pair.client().abort();
            pair.worker().inbox().awaitClosed();
        }
        await().atMost(Inbox.DEADLINE).untilAsserted(() -> {
            assertThat(weir.admin().get("/sessions").json().get("total").asInt()).isZero();
            assertThat(weir.openFileDescriptors()).isLessThanOrEqualTo(before + 2);
        });
    }
}
