package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What the command line says, and with which exit code it ends. */
final class CommandLineTest {

    private static final int CONFIG_ERROR = 78;

    @TempDir Path directory;

    @Test
    void theRelayIntroducesItselfInUnderTenLines() throws Exception {
        try (var weir = WeirProcess.start("log: { format: console }")) {
            weir.awaitLine(line -> line.contains("Ctrl-C"));
            var banner = weir.output();
            assertThat(banner).hasSizeLessThan(10);
            assertThat(String.join("\n", banner))
                    .contains(String.valueOf(weir.port()))
                    .contains(String.valueOf(weir.admin().base().getPort()))
                    .contains("/client/{key}", "/worker/{key}", "playground")
                    .containsPattern("Java 2[5-9]")
                    .containsPattern("[Ww]eir \\d+\\.\\d+");
            weir.stop();
        }
    }

    @Test
    void aGoodConfigIsPrintedWithItsDefaults() throws Exception {
        var config = config("""
                routes:
                  - name: robots
                    clients: /robots/{robot}
                    workers: /work/robots/{robot}
                """);
        var outcome = WeirCommand.run("check", config);
        assertThat(outcome.exitCode()).as("%s", outcome).isZero();
        assertThat(outcome.text()).contains("robots", "heartbeat", "25s");
    }

    @Test
    void everyMistakeInAConfigIsNamedWithItsPlace() throws Exception {
        var config = config("""
                listen: { prot: 1 }
                heartbeat: { ping: soon }
                """);
        var checked = WeirCommand.run("check", config);
        var started = WeirCommand.run("run", "--config", config);
        for (var outcome : List.of(checked, started)) {
            assertThat(outcome.exitCode()).as("%s", outcome).isEqualTo(CONFIG_ERROR);
            assertThat(outcome.text())
                    .contains(":1:", "prot", "port", ":2:", "ping")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void theSchemaIsPrintedAsJson() throws Exception {
        var outcome = WeirCommand.run("check", "--schema");
        assertThat(outcome.exitCode()).as("%s", outcome).isZero();
        var schema = JsonMapper.shared().readTree(outcome.text());
        assertThat(schema.get("properties").has("routes")).isTrue();
    }

    @Test
    void theVersionIsPrinted() throws Exception {
        var outcome = WeirCommand.run("version");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.text()).containsPattern("\\d+\\.\\d+");
    }

    @Test
    void aTakenPortIsSaidInOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var config = config("listen: { host: 127.0.0.1 }\n");
            var port = String.valueOf(taken.getLocalPort());
            var outcome = WeirCommand.run(
                    "run", "--config", config, "--port", port, "--admin-port", "0");
            assertThat(outcome.exitCode()).as("%s", outcome).isEqualTo(1);
            assertThat(outcome.output()).filteredOn(line -> line.contains(port)).hasSize(1);
            assertThat(outcome.output()).noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @Test
    void anOlderJavaIsToldWhichOneIsNeeded() throws Exception {
        var older = olderJava();
        assumeTrue(older.isPresent(), "no older Java beside the one of the tests");
        var outcome = WeirCommand.run(older.get(), "run");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).singleElement().asString().contains("Java 25");
    }

    private static Optional<Path> olderJava() throws IOException {
        var siblings = Path.of(System.getProperty("java.home")).toRealPath().resolve("..");
        try (var homes = Files.list(siblings)) {
            return homes.map(home -> home.resolve("bin/java"))
                    .filter(java -> java.toString().matches(".*\\b(11|17|21)\\b.*"))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }

    private String config(String yaml) throws IOException {
        return Files.writeString(directory.resolve("weir.yaml"), yaml).toString();
    }
}
