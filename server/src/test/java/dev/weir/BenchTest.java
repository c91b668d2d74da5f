package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cli.Cli;
import dev.weir.cli.Shell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir bench} against this relay, which does nothing wrong and ends every session. */
class BenchTest {

    @RegisterExtension final RunningRelay relay = new RunningRelay().route();
    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int bench(boolean terminal, String... args) {
        String url = "ws://127.0.0.1:" + relay.relay().port();
        List<String> line = new ArrayList<>(List.of("bench"));
        line.addAll(List.of(args));
        line.addAll(List.of("--client", url + "/client/{key}", "--worker", url + "/worker/{key}",
                "--warm-up", "100ms", "--settle", "100ms", "--pid",
                Long.toString(ProcessHandle.current().pid())));
        Shell shell = new Shell(
                Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), terminal);
        return Cli.run(shell, line.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "throughput --pairs 5, messages a second",
        "throughput --pairs 3 --size 100KiB --window 2 --content binary, payload a second",
        "throughput --pairs 3 --size 4KiB --content utf8 --order client-first, a closed loop",
        "throughput --pairs 3 --direction to-client --order together, generator",
        "latency --pairs 5 --rate 500, from when it was due",
        "latency --pairs 5 --rate 500 --poisson, from when it was due",
        "idle --pairs 20 --rate 50 --connect-rate 200, connected a second",
        "stall --pairs 5 --rate 200 --cap 8MB --baseline 200ms --duration 2s, held back",
        "churn --pairs 5 --ending close, cycles a second",
        "churn --pairs 5 --ending mixed, cycles a second"
    })
    void everyKindOfLoadComesThroughUnharmed(String args, String told) {
        String line = args.contains("--duration") ? args : args + " --duration 300ms";
        int code = bench(false, line.split(" ", -1));

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains(told, "none lost, doubled, out of order or damaged");
        assertThat(code).isZero();
    }

    @Test
    void theResultIsWrittenToFilesToo() throws Exception {
        Path json = folder.resolve("result.json");
        Path page = folder.resolve("report.html");

        int code = bench(false, "latency", "--pairs", "2", "--rate", "100", "--duration", "300ms",
                "--json", json.toString(), "--report", page.toString());

        assertThat(code).isZero();
        JsonNode result = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(result.path("times_us").path("latency").path("count").asLong()).isEqualTo(30);
        assertThat(result.path("figures").path("relay_rss_mb").asDouble()).isPositive();
        assertThat(Files.readString(page)).contains("<svg", "sent late");
    }

    @Test
    void onATerminalALineTellsHowFarItIs() {
        assertThat(bench(true, "throughput", "--pairs", "2", "--duration", "700ms")).isZero();

        assertThat(err.toString()).contains("\r", "s left").endsWith("\r\033[K");
    }
}
