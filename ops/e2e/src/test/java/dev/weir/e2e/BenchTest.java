package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code java -jar weir.jar bench} against a relay of its own. */
final class BenchTest {

    @TempDir Path folder;

    private static List<String> arguments(WeirProcess weir, String... more) {
        var arguments = new ArrayList<>(List.of("bench"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--pairs", "10", "--client", weir.url("/client/") + "{key}",
                "--worker", weir.url("/worker/") + "{key}", "--warm-up", "100ms"));
        return arguments;
    }

    @Test
    void measuresARelayAndWritesWhatItFound() throws Exception {
        var json = folder.resolve("result.json");
        var page = folder.resolve("report.html");
        try (var weir = WeirProcess.start()) {
            var outcome = WeirCommand.run(arguments(weir, "latency", "--rate", "1000",
                    "--duration", "1s", "--json", json.toString(), "--report", page.toString())
                    .toArray(String[]::new));

            assertThat(outcome.text()).contains("from when it was due", "none lost, doubled");
            assertThat(outcome.exitCode()).isZero();
            weir.stop();
        }
        var result = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(result.path("times_us").path("latency").path("count").asInt()).isEqualTo(1000);
        assertThat(result.path("violations").path("total").asInt()).isZero();
        assertThat(Files.readString(page)).contains("<svg", "</html>");
    }

    @Test
    void anInterruptPrintsTheResultSoFar() throws Exception {
        try (var weir = WeirProcess.start()) {
            var output = folder.resolve("output");
            var bench = WeirCommand.builder(
                            List.of(), arguments(weir, "throughput", "--duration", "1h"))
                    .redirectOutput(output.toFile())
                    .start();
            try {
                await().atMost(Inbox.DEADLINE).until(() -> forwarded(weir) > 1000);
                Signal.INT.sendTo(bench);
                assertThat(bench.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(bench.exitValue()).isZero();
            } finally {
                bench.destroyForcibly();
            }
            assertThat(Files.readString(output))
                    .contains("messages a second", "none lost, doubled");
            weir.stop();
        }
    }

    /** How many messages the sessions have sent in all; more than a window of them: load runs. */
    private static long forwarded(WeirProcess weir) throws IOException, InterruptedException {
        return weir.admin().get("/sessions").json().get("sessions").valueStream()
                .mapToLong(session -> session.get("received").get("messages").asLong())
                .sum();
    }
}
