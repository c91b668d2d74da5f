package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where settings come from, and which of them wins. */
class ConfigLoaderTest {

    @TempDir private Path folder;

    @Test
    void nothingAtAllIsTheDefaults() throws ConfigException {
        assertThat(load(Map.of())).isEqualTo(Config.defaults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "null", "{}", "listen:\n  # port: 1\n"})
    void aFileThatSetsNothingIsTheDefaults(String yaml) throws ConfigException {
        assertThat(parse(yaml)).isEqualTo(Config.defaults());
    }

    @Test
    void whatIsSetIsTakenAndTheRestStaysDefault() throws ConfigException {
        Config config =
                parse(
                        """
                        listen: {port: 0, header-bytes: 16 KiB}
                        heartbeat: {ping: off}
                        drain: {ready-delay: 0s}
                        routes:
                          - name: robots
                            clients: /robots/{robot}
                            workers: /work/{robot}
                            wait: 1500ms
                            on-worker-lost: reassign
                            queue: {when-full: drop-oldest}
                            origins: ["https://app.example", "*.example"]
                            compression: on
                        """);

        assertThat(config.listen().port()).isZero();
        assertThat(config.listen().headerBytes()).isEqualTo(ByteSize.kib(16));
        assertThat(config.listen().host()).isEqualTo("0.0.0.0");
        assertThat(config.heartbeat().ping()).isZero();
        assertThat(config.drain().readyDelay()).isZero();
        assertThat(config.routes()).hasSize(1);
        RouteConfig route = config.routes().getFirst();
        assertThat(route.clientWait()).isEqualTo(Duration.ofMillis(1500));
        assertThat(route.onWorkerLost()).isEqualTo(OnWorkerLost.REASSIGN);
        assertThat(route.queue().whenFull()).isEqualTo(WhenFull.DROP_OLDEST);
        assertThat(route.queue().bytes()).isEqualTo(ByteSize.mib(1));
        assertThat(route.origins()).containsExactly("https://app.example", "*.example");
        assertThat(route.compression()).isTrue();
    }

    @Test
    void aRouteWithNothingButItsPathsHasTheDefaultPolicies() throws ConfigException {
        Config config = parse("routes: [{name: a, clients: /c, workers: /w}]");
        assertThat(config.routes()).containsExactly(RouteConfig.of("a", "/c", "/w"));
    }

    @Test
    void anAnchorIsTheSameAsRepeatingIt() throws ConfigException {
        Config config =
                parse(
                        """
                        routes:
                          - {name: a, clients: /a, workers: /b, queue: &small {messages: 7}}
                          - {name: b, clients: /c, workers: /d, queue: *small}
                        """);
        assertThat(config.routes()).extracting(route -> route.queue().messages()).containsOnly(7);
    }

    @Test
    void aSmallMessageLimitNeedsNoCutThroughBesideIt() throws ConfigException {
        Config config =
                parse("routes: [{name: a, clients: /c, workers: /w, message: {limit: 1KiB}}]");
        assertThat(config.routes().getFirst().message().cutThrough()).isEqualTo(ByteSize.kib(1));
    }

    @Test
    void theEnvironmentGoesOverTheFileAndFlagsOverBoth() throws Exception {
        Path file = write("listen: {port: 1001, host: 10.0.0.1}\nadmin: {port: 1002}\n");
        Map<String, String> environment =
                Map.of("WEIR_LISTEN_PORT", "1003", "WEIR_ADMIN_PORT", "1004", "PORT", "7");
        List<Flag> flags = List.of(new Flag("--port", "listen.port", "1005"));

        Config config = new ConfigLoader().load(Optional.of(file), environment, flags);

        assertThat(config.listen().host()).isEqualTo("10.0.0.1");
        assertThat(config.listen().port()).isEqualTo(1005);
        assertThat(config.admin().port()).isEqualTo(1004);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789abcdef", "env:TOKEN", "file:DIR/token"})
    void aSecretIsWrittenOutOrFetchedFromWhereItIsKept(String setting) throws Exception {
        Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
        String token = setting.replace("DIR", folder.toAbsolutePath().toString());
        Path file = write("admin: {host: 0.0.0.0, token: '" + token + "'}");

        Config config = new ConfigLoader().load(
                Optional.of(file), Map.of("TOKEN", "0123456789abcdef"), List.of());

        assertThat(config.admin().token().reveal()).isEqualTo("0123456789abcdef");
        assertThat(config.toString()).doesNotContain("0123456789abcdef");
        assertThat(EffectiveConfig.yaml(config)).doesNotContain("0123456789abcdef");
    }

    @Test
    void theEnvironmentMayNameTheFile() throws Exception {
        Path file = write("listen: {port: 1001}");
        Config config = load(Map.of("WEIR_CONFIG", file.toString()));
        assertThat(config.listen().port()).isEqualTo(1001);
    }

    @Test
    void aShareIsANumberWithADecimalPoint() throws ConfigException {
        assertThat(parse("trace: {messages: 0.25}").trace().messages()).isEqualTo(0.25);
        assertThat(parse("trace: {messages: 1}").trace().messages()).isEqualTo(1);
        assertThat(load(Map.of("WEIR_TRACE_MESSAGES", "0.5")).trace().messages()).isEqualTo(0.5);
    }

    @Test
    void theEnvironmentReachesIntoRoutes() throws ConfigException {
        Config config =
                load(
                        Map.of(
                                "WEIR_ROUTES_0_WAIT", "5s",
                                "WEIR_ROUTES_0_WAITING_ROOM_WORKER_WAIT", "1m",
                                "WEIR_ROUTES_0_ORIGINS", "https://a.example, *.b.example",
                                "WEIR_ROUTES_0_SUBPROTOCOLS", "",
                                "WEIR_ROUTES_0_QUEUE_WHEN_FULL", "close"));

        RouteConfig route = config.routes().getFirst();
        assertThat(route.name()).isEqualTo("default");
        assertThat(route.clientWait()).isEqualTo(Duration.ofSeconds(5));
        assertThat(route.waitingRoom().workerWait()).isEqualTo(Duration.ofMinutes(1));
        assertThat(route.origins()).containsExactly("https://a.example", "*.b.example");
        assertThat(route.subprotocols()).isEmpty();
        assertThat(route.queue().whenFull()).isEqualTo(WhenFull.CLOSE);
    }

    @Test
    void theEnvironmentMayAddRoutes() throws ConfigException {
        Config config =
                load(
                        Map.of(
                                "WEIR_ROUTES_1_NAME", "second",
                                "WEIR_ROUTES_1_CLIENTS", "/c",
                                "WEIR_ROUTES_1_WORKERS", "/w"));
        assertThat(config.routes())
                .containsExactly(RouteConfig.defaults(), RouteConfig.of("second", "/c", "/w"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
WEIR_LISTEN_PORT | http | listen.port: must be a whole number, not "http"
WEIR_LISTEN_PORT | 70000 | listen.port: must be from 0 to 65535, not 70000
WEIR_LISTEN_PORT | '' | listen.port: must be a whole number, not ""
WEIR_TRACE_MESSAGES | 2 | trace.messages: must be from 0 to 1, not 2
WEIR_TRACE_MESSAGES | half | trace.messages: must be a number, not "half"
WEIR_DRAIN_DEADLINE | 30 | drain.deadline: a duration is written 500ms, 30s, 5m or 1h, or off, not "30"
WEIR_LOG_LEVEL | Info | log.level: must be trace, debug, info, warn or error, not "Info", did you mean info?
WEIR_ROUTES_0_ORIGINS | a b | routes[0].origins[0]: must be an origin in lower case and without a path, like https://app.example or http://localhost:3000, or hosts like *.example, not "a b"
WEIR_ROUTES_1_WAIT | 5s | routes[1]: the key name is missing
WEIR_ROUTES_2_WAIT | 5s | routes[2].wait: the next one to add is number 1
WEIR_HEARTBEAT_PING | 5s | heartbeat.ping: must be longer than heartbeat.pong: pong 10s, ping 5s
""")
    void aMistakeInTheEnvironmentNamesTheVariable(String name, String value, String message) {
        assertThat(problemsOf(Optional.empty(), Map.of(name, value)))
                .contains("env " + name + " " + message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
WEIR_LISTEN_PROT | , did you mean WEIR_LISTEN_PORT?
WEIR_LISTENPORT | , did you mean WEIR_LISTEN_PORT?
WEIR_CONFG | , did you mean WEIR_CONFIG?
WEIR_ROUTES_3_QUEUE_BYETS | , did you mean WEIR_ROUTES_3_QUEUE_BYTES?
WEIR_ROUTES_WAIT | , did you mean WEIR_ROUTES_0_WAIT?
WEIR_LISTEN | ; weir check --schema lists all keys
WEIR_SOMETHING_ELSE | ; weir check --schema lists all keys
""")
    void aVariableThatMeansNothingIsAMistake(String name, String hint) {
        assertThat(problemsOf(Optional.empty(), Map.of(name, "1")))
                .containsExactly("env " + name + ": unknown setting" + hint);
    }

    /** Kubernetes sets them in every pod beside a service of the name weir or weir-admin. */
    @Test
    void variablesAboutAServiceOfTheNameWeirAreNoSettings() throws ConfigException {
        Config config =
                load(
                        Map.of(
                                "WEIR_SERVICE_HOST", "10.0.0.7",
                                "WEIR_SERVICE_PORT", "80",
                                "WEIR_SERVICE_PORT_HTTP", "80",
                                "WEIR_PORT", "tcp://10.0.0.7:80",
                                "WEIR_PORT_80_TCP", "tcp://10.0.0.7:80",
                                "WEIR_PORT_80_TCP_ADDR", "10.0.0.7",
                                "WEIR_ADMIN_PORT", "tcp://10.0.0.8:9090",
                                "WEIR_ADMIN_SERVICE_HOST", "10.0.0.8"));
        assertThat(config).isEqualTo(Config.defaults());
    }

    @Test
    void aMistakeInAFlagNamesTheFlagAndComesAfterThoseOfTheFile() throws IOException {
        Path file = write("log: {level: loud}");
        ConfigException thrown =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                new ConfigLoader()
                                        .load(
                                                Optional.of(file),
                                                Map.of("WEIR_LISTEN_HOST", "a b"),
                                                List.of(new Flag("--port", "listen.port", "x"))));
        assertThat(thrown.problems())
                .containsExactly(
                        file + ":1:14 log.level: must be trace, debug, info, warn or error, not"
                                + " \"loud\"",
                        "--port listen.port: must be a whole number, not \"x\"",
                        "env WEIR_LISTEN_HOST listen.host: must be an address or a host name, not"
                                + " \"a b\"");
    }

    @Test
    void anOverrideOfABrokenSectionLeavesItsMistakeToBeReported() throws IOException {
        Path file = write("listen: 8080");
        assertThat(problemsOf(Optional.of(file), Map.of("WEIR_LISTEN_PORT", "1")))
                .containsExactly(file + ":1:9 listen: must be a section with keys, not 8080");
    }

    @Test
    void aFileThatCannotBeReadIsOneLine() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {'a', ':', (byte) 0xff});
        Path large = Files.write(folder.resolve("large"), new byte[5 << 20]);

        assertThat(problemsOf(Optional.of(missing), Map.of()))
                .containsExactly(missing + ": there is no such file");
        assertThat(problemsOf(Optional.of(folder), Map.of()))
                .containsExactly(folder + ": is a directory");
        assertThat(problemsOf(Optional.of(binary), Map.of()))
                .containsExactly(binary + ": is not UTF-8 text");
        assertThat(problemsOf(Optional.of(large), Map.of()))
                .containsExactly(large + ": is larger than 4MiB");
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("weir.yaml"), yaml);
    }

    private static Config parse(String yaml) throws ConfigException {
        return new ConfigLoader().parse("weir.yaml", yaml);
    }

    private static Config load(Map<String, String> environment) throws ConfigException {
        return new ConfigLoader().load(Optional.empty(), environment, List.of());
    }

    private static List<String> problemsOf(Optional<Path> file, Map<String, String> environment) {
        ConfigException thrown =
                catchThrowableOfType(
                        ConfigException.class,
                        () -> new ConfigLoader().load(file, environment, List.of()));
        assertThat(thrown).isNotNull();
        return thrown.problems();
    }
}
