package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Compose example, as far as that goes without a container engine: its file by the schema of
 * the specification, the relay's configuration and the worker by running them.
 */
@ExtendWith(Peers.Shared.class)
final class ComposeTest {

    private static final Path EXAMPLE = Path.of("../deploy/compose").toAbsolutePath().normalize();

    @TempDir Path directory;

    @Test
    void itIsAsTheSpecificationWantsIt() throws Exception {
        var outcome = Tool.lint("compose.mjs", EXAMPLE.resolve("compose.yaml").toString()).run("");
        assertThat(outcome.output()).containsExactly("weir worker collector prometheus");
    }

    @Test
    void itsPrometheusTakesItsConfig() throws Exception {
        // The files that it names are where the container has them.
        var outcome = Tool.of("promtool", "prometheus", "check", "config", "--syntax-only",
                EXAMPLE.resolve("prometheus.yaml").toString()).run("");
        assertThat(outcome.exitCode()).as("%s", outcome).isZero();
    }

    @Test
    void mistakesInItAreSeen() throws Exception {
        var broken = Files.readString(EXAMPLE.resolve("compose.yaml"))
                .replace("read_only", "readonly")
                .replace("./worker.mjs", "./robot.mjs");
        var file = Files.writeString(directory.resolve("compose.yaml"), broken);
        assertThat(Tool.lint("compose.mjs", file.toString()).run("").text())
                .contains("\"additionalProperty\":\"readonly\"", "there is no ./robot.mjs");
    }

    @Test
    void itsWorkerServesAClientComesBackAndLeaves(Peers peers) throws Exception {
        var config = Files.readString(EXAMPLE.resolve("weir.yaml"));
        try (var weir = WeirProcess.start(config)) {
            // Until Node.js 22 the browser's WebSocket is behind a flag.
            var script = EXAMPLE.resolve("worker.mjs").toString();
            var worker = Tool.lint("--experimental-websocket", script).builder();
            worker.environment().put("WEIR_URL", weir.url("/work/echo").toString());
            worker.environment().put("WEIR_CONNECTIONS", "2");
            var process = worker.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            try {
                for (var said : List.of("hello", "hello again")) {
                    var client = peers.get(PeerKind.JDK).connect(weir.url("/echo"), List.of());
                    client.send(Message.text(said));
                    assertThat(client.inbox().awaitMessages(1))
                            .containsExactly(Message.text(said).asReceived());
                    client.close(1000, "");
                    client.inbox().awaitClosed();
                }
                for (var session : weir.admin().sessionsOf("")) {
                    weir.admin().delete("/sessions/" + session.get("id").asString());
                }
                await().atMost(Inbox.DEADLINE).untilAsserted(() ->
                        assertThat(weir.admin().sessionsOf("")).hasSize(2));

                Signal.TERM.sendTo(process);
                assertThat(process.waitFor()).isZero();
                await().atMost(Inbox.DEADLINE).untilAsserted(() ->
                        assertThat(weir.admin().sessionsOf("")).isEmpty());
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
