package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The playground page in a real browser, used as a new user would. */
@ExtendWith(Peers.Shared.class)
final class PlaygroundTest {

    private static final long STORY_DEADLINE_SECONDS = 90;

    private static WeirProcess weir;

    @BeforeAll
    static void startRelay() throws Exception {
        weir = WeirProcess.start("heartbeat: { ping: 5s, pong: 4s }");
    }

    @AfterAll
    static void stopRelay() throws Exception {
        weir.stop();
    }

    @Test
    void messagesPassBothWaysWithTheirLatenciesAndTheSessionsAreSeen(Peers peers) throws Exception {
        var page = play("talk", peers);

        assertThat(page.get("address").asString()).endsWith("/playground/");
        assertThat(messages(page.get("worker"))).containsExactly(
                "received hello worker", "sent 48 69 00 ff",
                "received come back", "sent come back");
        assertThat(messages(page.get("client"))).containsExactly(
                "sent hello worker", "received 48 69 00 ff",
                "sent come back", "received come back");
        assertThat(notes(page.get("worker"))).anySatisfy(note -> assertThat(note).endsWith(" ms"));
        assertThat(notes(page.get("client"))).anySatisfy(
                note -> assertThat(note).matches("round trip .* m?s"));
        assertThat(page.get("queue").asString()).isEqualTo("0 · 0 B");
        assertThat(page.get("session").asString()).hasSizeGreaterThan(4);
        assertThat(page.get("complaints")).isEmpty();
    }

    @Test
    void theCloseCodeAndReasonOfOneSideAreShownOnTheOther(Peers peers) throws Exception {
        var page = play("end", peers);

        assertThat(events(page.get("worker"))).last().asString()
                .contains("Closed 4001: shift over", "code of the application");
        assertThat(events(page.get("client"))).last().asString().contains("Closed 4001");
        assertThat(page.get("complaints")).isEmpty();
    }

    @Test
    void aRefusedHandshakeIsExplained(Peers peers) throws Exception {
        var page = play("refused", peers);

        assertThat(events(page.get("second"))).singleElement().asString()
                .contains("No connection", "There is a client for this key already (409)")
                .contains("curl", "/client/taken");
    }

    @Test
    void aBurstArrivesWholeAndTheLogStaysBounded(Peers peers) throws Exception {
        var page = play("burst", peers);

        assertThat(page.get("worker").size()).isBetween(2, 500);
        assertThat(messages(page.get("worker"))).last().isEqualTo("received burst 2000");
        assertThat(page.get("complaints")).isEmpty();
    }

    @Test
    void itFitsAPhone(Peers peers) throws Exception {
        var page = play("phone", peers);

        assertThat(page.get("needed").asInt()).isLessThanOrEqualTo(page.get("shown").asInt());
        assertThat(page.get("complaints")).isEmpty();
    }

    /** Plays a story of {@code playground.mjs} and returns what the page showed at its end. */
    private static JsonNode play(String story, Peers peers) throws Exception {
        var address = weir.admin().base().resolve("/playground/").toString();
        var process = peers.script(PeerKind.CHROMIUM, "playground.mjs", address, story);
        try {
            var output = CompletableFuture.supplyAsync(
                    () -> process.inputReader(StandardCharsets.UTF_8).lines().toList());
            assertThat(process.waitFor(STORY_DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            return JsonMapper.shared().readTree(output.join().getLast());
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> messages(JsonNode rows) {
        return stream(rows, "message")
                .map(row -> (row.get("kind").asString().contains("sent") ? "sent " : "received ")
                        + row.get("body").asString())
                .toList();
    }

    private static List<String> notes(JsonNode rows) {
        return stream(rows, "message").map(row -> row.get("note").asString()).toList();
    }

    private static List<String> events(JsonNode rows) {
        return stream(rows, "event").map(JsonNode::toString).toList();
    }

    private static Stream<JsonNode> stream(JsonNode rows, String kind) {
        return rows.valueStream()
                .filter(row -> row.get("kind").asString().startsWith(kind));
    }
}
