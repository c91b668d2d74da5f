package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The configurations of an OpenTelemetry Collector that Weir ships. */
final class CollectorTest {

    private static final Path DEPLOY = Path.of("../deploy").toAbsolutePath().normalize();
    private static final String SHIPPED = "collector/config.yaml";

    private static final Pattern ENDPOINT =
            Pattern.compile("OTEL_EXPORTER_OTLP_ENDPOINT[:=] ?http://(\\w+):(\\d+)");

    @TempDir Path directory;

    private static WeirCommand.Outcome lint(Path file) throws Exception {
        return Tool.lint("collector.mjs", file.toString()).run("");
    }

    @ParameterizedTest
    @ValueSource(strings = {SHIPPED, "compose/collector.yaml"})
    void itHasNoMistakeAndAPipelineForEachSignal(String file) throws Exception {
        assertThat(lint(DEPLOY.resolve(file)).output()).containsExactly("traces metrics logs");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            send_batch_size: 1024    | send_batchsize: 1024    | batch.send_batchsize: is unknown
            check_interval: 1s       | check_interval: soon    | must be a duration
            limit_mib: 400           | limit_mib: 100          | must be below limit_mib
            exporters: [otlp/backend] | exporters: [otlp/back] | exporters.otlp/back: is used and not there
            extensions: [health_check] | extensions: []        | extensions.health_check: is there and not used
            action: hash             | action: hide            | must be one of
            [memory_limiter, batch]  | [batch]                 | does not begin with memory_limiter
            """)
    void mistakesInItAreSeen(String good, String bad, String told) throws Exception {
        var text = Files.readString(DEPLOY.resolve(SHIPPED));
        assertThat(text).contains(good);
        var broken = Files.writeString(
                directory.resolve("config.yaml"), text.replace(good, bad));
        assertThat(lint(broken).text()).contains(told);
    }

    /** The one that Compose starts listens where the relay beside it sends to, and so do the docs. */
    @ParameterizedTest
    @CsvSource({"compose/compose.yaml, compose/collector.yaml", SHIPPED + ", " + SHIPPED})
    void theRelaySendsToWhereItListens(String sender, String collector) throws Exception {
        var endpoint = ENDPOINT.matcher(Files.readString(DEPLOY.resolve(sender)));
        assertThat(endpoint.find()).isTrue();
        assertThat(endpoint.group(1)).isEqualTo("collector");
        assertThat(Files.readString(DEPLOY.resolve(collector)))
                .contains("endpoint: 0.0.0.0:" + endpoint.group(2));
        assertThat(Files.readString(DEPLOY.resolve("compose/compose.yaml")))
                .contains("\n  " + endpoint.group(1) + ":\n");
    }

    /** Keys are in the trace and in the log; {@link TelemetryTest} has what Weir really sends. */
    @Test
    void nothingOfAClientsPathLeavesIt() throws Exception {
        var text = Files.readString(DEPLOY.resolve(SHIPPED));
        for (var name : TelemetryTest.OF_A_CLIENT) {
            assertThat(text).contains("{ key: " + name + ", action: ");
        }
    }
}
