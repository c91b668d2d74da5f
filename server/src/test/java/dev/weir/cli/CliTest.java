package dev.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weir.config.Config;
import dev.weir.config.ConfigLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What each command prints, where, and what it exits with. */
class CliTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionSaysWhatABugReportNeeds() {
        assertThat(run("version")).isZero();
        assertThat(out.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("weir   \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"),
                        line -> assertThat(line).startsWith("Java   " + Runtime.version()),
                        line -> assertThat(line).matches("Jetty  12\\.\\d+\\.\\d+"),
                        line -> assertThat(line).startsWith("OS     "));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void helpNamesTheCommandsWithoutColours() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("run", "check", "health", "train", "version", "--config=FILE", "--port=N")
                .doesNotContain("\u001b");
    }

    @ParameterizedTest(name = "weir {0}")
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '"',
            textBlock =
                    """
--prot 1 => weir: Unknown options: '--prot', '1' => weir
bogus => weir: Unmatched argument at index 0: 'bogus' => weir
run --config => weir: Missing required parameter for option '--config' (FILE) => weir run
version extra => weir: Unmatched argument at index 1: 'extra' => weir version
check => weir: Error: Missing required argument (specify one of these): (FILE | --schema) => weir check
--port 1 version => weir: --port must come after version => weir version
""")
    void aWrongCommandLineExitsWith78(String line, String message, String command) {
        assertThat(run(line.split(" ", -1))).isEqualTo(78);
        assertThat(err.toString().lines())
                .containsExactly(message, "Try: " + command + " --help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void checkPrintsWhatIsInForceAsAFileAgain() throws Exception {
        Path file = write("listen: {port: 1234}\n");

        assertThat(run("check", file.toString())).isZero();

        assertThat(out.toString()).startsWith("# " + file + ": ok\nlisten:\n");
        Config config = new ConfigLoader().parse("printed", out.toString());
        assertThat(config.listen().port()).isEqualTo(1234);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void checkTakesTheEnvironmentIntoAccount() throws IOException {
        Path file = write("listen: {port: 1234}\n");
        Map<String, String> environment =
                Map.of("WEIR_LISTEN_PORT", "4321", "WEIR_CONFIG", "/none");

        assertThat(Cli.run(shell(environment), "check", file.toString())).isZero();

        assertThat(out.toString()).contains("  port: 4321\n");
    }

    @Test
    void checkReportsEveryMistakeAndExitsWith78() throws IOException {
        Path file = write("listen: {prot: 1}\nlog: {level: loud}\n");

        assertThat(run("check", file.toString())).isEqualTo(78);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        file + ":1:10 listen.prot: unknown key, did you mean port?",
                        file
                                + ":2:14 log.level: must be trace, debug, info, warn or error, not"
                                + " \"loud\"");
    }

    @Test
    void checkPrintsTheSchema() {
        assertThat(run("check", "--schema")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString()).path("title").asString())
                .isEqualTo("Weir configuration");
    }

    @ParameterizedTest
    @CsvSource({"run", "''"})
    void aMistakeInTheConfigurationEndsRunBeforeItStarts(String command) throws IOException {
        Path file = write("listen: {port: 99999}\n");
        String[] flags = {"--config", file.toString(), "--admin-port", "x"};

        assertThat(command.isEmpty() ? run(flags) : run(command, flags[0], flags[1], flags[2], "x"))
                .isEqualTo(78);

        assertThat(err.toString().lines())
                .containsExactly(
                        file + ":1:16 listen.port: must be from 0 to 65535, not 99999",
                        "--admin-port admin.port: must be a whole number, not \"x\"");
    }

    @Test
    void healthIsTheAnswerOfTheRelayBesideIt() throws IOException {
        HttpServer relay = HttpServer.create(loopback(0), 0);
        int[] status = {200};
        relay.createContext(
                "/livez",
                exchange -> {
                    exchange.sendResponseHeaders(status[0], -1);
                    exchange.close();
                });
        relay.start();
        try {
            String port = Integer.toString(relay.getAddress().getPort());
            assertThat(run("health", "--admin-port", port)).isZero();
            assertThat(Cli.run(shell(Map.of("WEIR_ADMIN_PORT", port)), "health")).isZero();
            status[0] = 503;
            assertThat(run("health", "--admin-port", port)).isEqualTo(1);
        } finally {
            relay.stop(0);
        }
    }

    @Test
    void healthIsBadWhereNobodyListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(loopback(0));
            free = socket.getLocalPort();
        }
        assertThat(run("health", "--admin-port", Integer.toString(free))).isEqualTo(1);
        assertThat(err.toString()).startsWith("weir: http://127.0.0.1:" + free + "/livez: ");
    }

    @Test
    void healthNeedsToKnowThePort() {
        assertThat(run("health", "--admin-port", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("name it with --admin-port");
    }

    private int run(String... args) {
        return Cli.run(shell(Map.of()), args);
    }

    private Shell shell(Map<String, String> environment) {
        return new Shell(
                environment, new PrintWriter(out, true), new PrintWriter(err, true), false);
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("weir.yaml"), yaml);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
