package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard in a real browser, used as an operator would. */
@ExtendWith(Peers.Shared.class)
final class DashboardTest {

    private static final long STORY_DEADLINE_SECONDS = 180;

    /** Round trips of pings are soon there to be shown. */
    private static final String LIVELY = "heartbeat: { ping: 5s, pong: 4s }\n";

    /** Nobody is dropped for what a story does to him. */
    private static final String CALM = "heartbeat: { ping: 2h, pong: 1h }\n";

    private static final int SESSIONS = 10_000;
    private static final int SPARE_FILES = 500;

    /** What a browser says about an answer that a story asks for on purpose. */
    private static final String ASKED_FOR = "status of (401|404)";

    @TempDir
    private Path folder;

    @Test
    void theNodeIsShownWhileItWorks(Peers peers) throws Exception {
        var page = play("watch", "", peers);

        assertThat(page.get("plots").asInt()).isEqualTo(6);
        assertThat(texts(page.get("waiting"))).containsExactly("default", "1", "0");
        assertThat(page.get("state").asString()).isEqualTo("live");
        assertThat(complaints(page)).isEmpty();
    }

    @Test
    void sessionsAreFilteredSortedAndPagedByTheRelay(Peers peers) throws Exception {
        var page = play("filter", "", peers);

        assertThat(page.get("first").asInt()).isEqualTo(50);
        assertThat(texts(page.get("found"))).containsExactly("filter-59", "filter-59");
        assertThat(page.get("address").asString()).endsWith("#sort=key");
        assertThat(complaints(page)).isEmpty();
    }

    @Test
    void aSessionIsClosedOnlyAfterAQuestion(Peers peers) throws Exception {
        var page = play("close", "", peers);

        assertThat(page.get("kept").asBoolean()).isTrue();
        assertThat(texts(page.get("ends"))).containsOnly("1001 closed by the operator");
        assertThat(complaints(page)).isEmpty();
    }

    @Test
    void aWorkerIsDrained(Peers peers) throws Exception {
        var page = play("drain", "", peers);

        assertThat(page.get("end").asString()).isEqualTo("1012 server is restarting");
        assertThat(complaints(page)).isEmpty();
    }

    @Test
    void itFitsAPhone(Peers peers) throws Exception {
        var page = play("phone", "", peers);

        for (var width : List.of(page.get("list"), page.get("detail"))) {
            assertThat(width.get(1).asInt()).isLessThanOrEqualTo(width.get(0).asInt());
        }
        assertThat(complaints(page)).isEmpty();
    }

    /** It shows a page of them, asks for a page of them, and draws no more for there being more. */
    @Test
    void tenThousandSessionsAreNoMoreWorkForThePage(Peers peers) throws Exception {
        assumeTrue(openFilesMax() > SESSIONS + SPARE_FILES || "true".equals(System.getenv("CI")),
                "needs ulimit -n above " + (SESSIONS + SPARE_FILES));
        var yaml = CALM + "limits: { connections: " + (SESSIONS + 100) + " }";
        var page = play("crowd", yaml, peers);

        for (var look : List.of(page.get("first"), page.get("last"))) {
            assertThat(look.get(0).asInt()).as("rows").isEqualTo(50);
            assertThat(look.get(1).asInt()).as("elements of the page").isLessThan(1500);
        }
        assertThat(texts(page.get("found"))).containsExactly("robot-4321", "robot-4321");
        // One stream for each of the four views that were asked for, and nothing else.
        assertThat(texts(page.get("asked")))
                .filteredOn(path -> !path.endsWith("icon.svg")) // which goes with each address
                .containsExactly("/stream", "/stream", "/stream", "/stream");
        assertThat(complaints(page)).isEmpty();
    }

    @Test
    void findingsAndOpenBreakersAreShownWithTheirCulprit(Peers peers) throws Exception {
        var page = play("trouble", CALM + """
                watch: { stalled: 500ms, silent: 1h, flood: 1h, carrier-delay: 20s, pinned: off }
                routes:
                  - name: default
                    clients: /client/{key}
                    workers: /worker/{key}
                    write-deadline: 1h
                    queue: { bytes: 128KiB, stall: 1h }
                  - name: orders
                    clients: /orders
                    connector:
                      type: http
                      url: "http://127.0.0.1:%d/"
                      breaker: { minimum-calls: 2 }
                """.formatted(Server.freePort()), peers);

        assertThat(page.get("worst").asInt()).isEqualTo(4);
        assertThat(texts(page.get("kinds"))).hasSize(6).containsOnly("stalled-pair");
        assertThat(page.get("stack").asString()).containsPattern("(FrameWriter|WriteCompletion).await");
        assertThat(page.get("title").asString()).isEqualTo("(6) Weir");
        assertThat(page.get("culprit").asString()).isEqualTo("worker");
        assertThat(page.get("error").asString()).contains("Connection refused");
        assertThat(complaints(page)).isEmpty();
    }

    private static long openFilesMax() {
        return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getMaxFileDescriptorCount();
    }

    @Test
    void whereThereIsATokenItIsAskedForInEachTabAndNoCookieIsSet(Peers peers) throws Exception {
        var page = play("login", "admin: { token: 0123456789-abcdef }", peers);

        assertThat(page.get("cookies").asInt()).isZero();
        assertThat(complaints(page)).isEmpty();
    }

    /**
     * Plays a story of {@code dashboard.mjs} against a relay of its own, and returns what the page
     * showed at its end.
     */
    private JsonNode play(String story, String yaml, Peers peers) throws Exception {
        var weir = WeirProcess.start((yaml.contains("heartbeat:") ? "" : LIVELY) + yaml);
        try (weir) {
            return play(story, weir, peers);
        }
    }

    private JsonNode play(String story, WeirProcess weir, Peers peers) throws Exception {
        var process = peers.script(
                PeerKind.CHROMIUM, "dashboard.mjs", weir.admin().base().resolve("/").toString(),
                "ws://127.0.0.1:" + weir.port(), story, screenshots().toString());
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

    /** Kept, where somebody wants to look at them: {@code -Dweir.screenshots=FOLDER}. */
    private Path screenshots() throws Exception {
        var wanted = System.getProperty("weir.screenshots");
        return wanted == null ? folder : Files.createDirectories(Path.of(wanted));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private static List<String> complaints(JsonNode page) {
        return texts(page.get("complaints")).stream()
                .filter(complaint -> !complaint.matches("(?s).*" + ASKED_FOR + ".*"))
                .toList();
    }
}
