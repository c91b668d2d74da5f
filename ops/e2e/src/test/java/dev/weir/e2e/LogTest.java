package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.e2e.Inbox.Refused;
import dev.weir.e2e.PeerKind.Match;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the log says of a session. */
@ExtendWith(Peers.Shared.class)
final class LogTest {

    private static final Match SCRIPTED = new Match(PeerKind.WS, PeerKind.WEBSOCKETS);

    @Test
    void everyLineAboutASessionSaysWhichOne(Peers peers) throws Exception {
        try (var weir = WeirProcess.start("log: { format: json, level: debug }")) {
            var pair = Pair.open(weir, peers, SCRIPTED);
            var id = weir.admin().session(Side.CLIENT, pair.key()).get("id").asString();
            pair.close();
            await().atMost(Inbox.DEADLINE).untilAsserted(() ->
                    assertThat(weir.admin().sessionsOf(pair.key())).isEmpty());
            weir.stop();

            var lines = linesAbout(id, weir);
            assertThat(lines).hasSizeGreaterThanOrEqualTo(2);
            assertThat(lines).allSatisfy(line -> {
                assertThat(line.get("route").asString()).isEqualTo("default");
                assertThat(line.get("key").asString()).isEqualTo(pair.key());
                assertThat(line.get("remote").asString()).startsWith("127.0.0.1");
                assertThat(line.get("traceId").asString()).matches("[0-9a-f]{32}");
            });
            assertThat(lines).anySatisfy(line -> assertThat(line.get("pair")).isNotNull());
        }
    }

    @Test
    void whatAPeerWritesCannotForgeALine(Peers peers) throws Exception {
        for (var format : List.of("json", "console")) {
            try (var weir = WeirProcess.start("log: { format: " + format + ", level: debug }")) {
                var peer = peers.get(PeerKind.WS);
                var refused = peer.connect(weir.url("/client/k%0Aforged%1B%5B31m"), List.of());
                assertThat(refused.inbox().awaitHandshake()).isEqualTo(new Refused(400));
                var client = Pair.connect(peer, weir, Side.CLIENT.path(Pair.newKey()));
                client.close(4000, "bye\nforged \u001b[31m");
                client.inbox().awaitClosed();
                weir.stop();
                assertThat(weir.output())
                        .noneMatch(line -> line.startsWith("forged"))
                        .noneMatch(line -> line.contains("\u001b[31m"));
            }
        }
    }

    private static List<JsonNode> linesAbout(String session, WeirProcess weir) {
        return weir.output().stream()
                .filter(line -> line.startsWith("{"))
                .map(JsonMapper.shared()::readTree)
                .filter(line -> line.has("session")
                        && line.get("session").asString().equals(session))
                .toList();
    }
}
