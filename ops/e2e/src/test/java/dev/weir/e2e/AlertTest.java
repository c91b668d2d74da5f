package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The alerts and the dashboard that Weir ships, against a real Prometheus that scrapes it. */
final class AlertTest {

    private static final Path SHIPPED = Path.of("../deploy").toAbsolutePath();
    private static final Path RULES = SHIPPED.resolve("prometheus/weir.rules.yml");
    private static final Path RUNBOOK = Path.of("../README.md").toAbsolutePath();
    private static final Duration SOON = Duration.ofSeconds(90);

    /** What Prometheus itself adds to everything that it scrapes. */
    private static final Set<String> ADDED_LABELS = Set.of("instance", "job");

    private static final Pattern SERIES =
            Pattern.compile("\\b(?:weir|jvm|otel|target|up)(?:_[a-z0-9_]+)?\\b");
    private static final Pattern SELECTORS = Pattern.compile("\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on)\\s*\\(([^)]*)\\)");

    private static final Pattern METRIC =
            Pattern.compile("`((?:weir|jvm|otel|target)_[a-z0-9_]+)`");

    @TempDir private static Path folder;

    private static ServerSocket silent;
    private static WeirProcess weir;
    private static Server prometheus;

    @BeforeAll
    static void start() throws Exception {
        var program = Installed.program("prometheus", "prometheus");
        // A collector that never answers, so that the figures of dropped telemetry are there.
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        weir = WeirProcess.startWith(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort(),
                        "OTEL_EXPORTER_OTLP_TIMEOUT", "500",
                        "OTEL_BSP_SCHEDULE_DELAY", "100",
                        "OTEL_BLRP_SCHEDULE_DELAY", "100",
                        "OTEL_METRIC_EXPORT_INTERVAL", "500"),
                """
                routes:
                  - name: default
                    clients: /client/{key}
                    workers: /worker/{key}
                    write-deadline: 5m
                  - name: orders
                    clients: /orders
                    connector:
                      type: http
                      url: "http://127.0.0.1:%d/"
                      breaker: { minimum-calls: 5 }
                """.formatted(Server.freePort()), // where nobody answers
                "-Xmx64m"); // soon there is a garbage collection to tell of
        var config = folder.resolve("prometheus.yml");
        Files.writeString(config, """
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: [ weir.rules.yml ]
                scrape_configs:
                  - job_name: weir
                    static_configs: [ { targets: [ "%s" ] } ]
                """.formatted(weir.admin().base().getAuthority()));
        Files.writeString(folder.resolve("weir.rules.yml"), impatient(Files.readString(RULES)));
        int port = Server.freePort();
        prometheus = Server.start(
                List.of(program, "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port),
                folder.resolve("prometheus.log"), port, "/api/v1/status/buildinfo");
    }

    /** The same conditions; what lasts for minutes in production lasts for seconds here. */
    private static String impatient(String rules) {
        return rules
                .replaceAll("for: \\d+m", "for: 1s")
                .replaceAll("\\[\\d+m]", "[10s]");
    }

    @AfterAll
    static void stop() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (weir != null) {
            weir.close();
            silent.close();
        }
    }

    @Test
    void promtoolFindsNothingWrong() throws Exception {
        var promtool = Installed.program("promtool", "prometheus");
        for (var command : List.of(
                List.of(promtool, "check", "rules", RULES.toString()),
                List.of(promtool, "check", "config",
                        SHIPPED.resolve("prometheus/prometheus.yml").toString()))) {
            var check = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(check.waitFor()).as(said).isZero();
        }
    }

    @Test
    void everyAlertHasItsParagraphInTheRunbook() throws Exception {
        var headings = Files.readAllLines(RUNBOOK).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
                .toList();
        for (var rule : rules()) {
            var name = rule.path("name").asString();
            assertThat(rule.path("annotations").path("runbook_url").asString())
                    .isEqualTo("ops/README.md#" + name.toLowerCase(Locale.ROOT));
            assertThat(headings).contains(name.toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void everyQueryIsAboutWhatIsThere() throws Exception {
        awaitEverySeries();
        for (var query : queries()) {
            var path = "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
            assertThat(prometheus.get(path).path("status").asString()).isEqualTo("success");
        }
    }

    /** Makes the relay do what is measured, until all that is asked for is there. */
    private static void awaitEverySeries() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var worker = new Deaf(0);
            connect(http, "/worker/there", worker);
            var client = connect(http, "/client/there", new Deaf(0));
            client.sendText("hello", true).get(20, TimeUnit.SECONDS);
            client.sendClose(1000, "").get(20, TimeUnit.SECONDS);
            http.shutdownNow();
        }
        var queries = queries();
        assertThat(queries).hasSizeGreaterThan(40);
        await().atMost(SOON).untilAsserted(() -> {
            callTheServiceThatIsNotThere();
            var there = labelsByName(weir.admin().get("/metrics").body());
            for (var query : queries) {
                assertKnown(query, there);
            }
        });
    }

    @Test
    void theRunbookListsWhatIsThereAndNothingElse() throws Exception {
        var listed = Files.readAllLines(RUNBOOK).stream()
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> METRIC.matcher(line.split("\\|", -1)[1]).results())
                .map(metric -> metric.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        listed.remove("weir_findings_begun_total"); // only once something was found
        awaitEverySeries();
        await().atMost(SOON).untilAsserted(() ->
                assertThat(weir.admin().get("/metrics").body().lines()
                                .filter(line -> line.startsWith("# TYPE "))
                                .map(line -> line.split(" ", -1)[2])
                                .filter(name -> !name.equals("weir_findings_begun_total")))
                        .containsExactlyInAnyOrderElementsOf(listed));
    }

    private static void assertKnown(String query, Map<String, Set<String>> there) {
        var bare = query.replaceAll("\"[^\"]*\"", "\"\"");
        var labels = new TreeSet<>(ADDED_LABELS);
        var names = SERIES.matcher(SELECTORS.matcher(GROUPING.matcher(bare).replaceAll(""))
                .replaceAll("")).results().map(result -> result.group()).toList();
        assertThat(names).as(query).isNotEmpty();
        for (var name : names) {
            if (!name.equals("up")) {
                assertThat(there.keySet()).as(query).contains(name);
                labels.addAll(there.get(name));
            }
        }
        SELECTORS.matcher(bare).results()
                .flatMap(selector -> LABEL.matcher(selector.group(1)).results())
                .forEach(label -> assertThat(labels).as(query).contains(label.group(1)));
        GROUPING.matcher(bare).results()
                .flatMap(grouping -> List.of(grouping.group(1).split(",")).stream())
                .forEach(label -> assertThat(labels).as(query).contains(label.strip()));
    }

    /** All labels that any series of a name has. */
    private static Map<String, Set<String>> labelsByName(String page) {
        var labels = new HashMap<String, Set<String>>();
        page.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            var name = line.replaceFirst("[ {].*", "");
            var found = labels.computeIfAbsent(name, n -> new TreeSet<>());
            LABEL.matcher(line.replaceAll("\"[^\"]*\"", "\"\"")).results()
                    .forEach(label -> found.add(label.group(1)));
        });
        return labels;
    }

    /** Every query of the alerts and of the dashboard, its variables filled in. */
    private static List<String> queries() throws Exception {
        var queries = new ArrayList<String>();
        rules().forEach(rule -> queries.add(rule.path("query").asString()));
        var dashboard = JsonMapper.shared().readTree(
                Files.readString(SHIPPED.resolve("grafana/weir.json")));
        dashboard.path("panels").forEach(panel -> panel.path("targets").forEach(target ->
                queries.add(target.path("expr").asString()
                        .replace("$__rate_interval", "1m")
                        .replace("$instance", ".*")
                        .replace("$route", ".*"))));
        dashboard.path("templating").path("list").forEach(variable -> {
            var query = variable.path("query").path("query").asString("");
            if (query.startsWith("label_values(")) {
                queries.add("count by (" + query.replaceFirst(".*, *(\\w+)\\)", "$1") + ") ("
                        + query.replaceFirst("label_values\\((\\w+).*", "$1") + ")");
            }
        });
        return queries;
    }

    private static List<JsonNode> rules() throws Exception {
        return prometheus.get("/api/v1/rules").path("data").path("groups").valueStream()
                .flatMap(group -> group.path("rules").valueStream())
                .toList();
    }

    @Test
    void aPairWhoseWorkerDoesNotTakeItsMessagesRaisesTheAlert() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            connect(http, "/worker/stalled", new Deaf(0));
            var client = connect(http, "/client/stalled", new Deaf(1));
            var feeding = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 10_000; i++) {
                        client.sendBinary(ByteBuffer.allocate(16 * 1024), true)
                                .get(5, TimeUnit.MINUTES);
                    }
                } catch (Exception e) {
                    Thread.currentThread().interrupt(); // the test is over
                }
            });

            await().atMost(SOON).untilAsserted(() -> assertThat(firing())
                    .anySatisfy(alert -> {
                        var labels = alert.path("labels");
                        assertThat(labels.path("alertname").asString())
                                .isEqualTo("WeirPairStalled");
                        assertThat(labels.path("weir_route").asString()).isEqualTo("default");
                        assertThat(labels.path("weir_side").asString()).isEqualTo("client");
                    }));
            feeding.interrupt();
            http.shutdownNow();
        }
    }

    @Test
    void aServiceThatIsNotThereRaisesTheAlertOfItsBreaker() {
        await().atMost(SOON).untilAsserted(() -> {
            callTheServiceThatIsNotThere();
            assertThat(firing()).anySatisfy(alert -> {
                var labels = alert.path("labels");
                assertThat(labels.path("alertname").asString()).isEqualTo("WeirConnectorOpen");
                assertThat(labels.path("connector").asString()).isEqualTo("orders");
            });
        });
    }

    /** One message, which fails and ends its client; or no handshake at all. */
    private static void callTheServiceThatIsNotThere() throws Exception {
        var http = HttpClient.newHttpClient();
        try {
            connect(http, "/orders", new Deaf(1))
                    .sendText("order", true)
                    .get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            // The relay refuses it: its breaker is open.
        } finally {
            http.shutdownNow();
        }
    }

    private static List<JsonNode> firing() throws Exception {
        return prometheus.get("/api/v1/alerts").path("data").path("alerts").valueStream()
                .filter(alert -> alert.path("state").asString().equals("firing"))
                .toList();
    }

    private static WebSocket connect(HttpClient http, String path, Deaf listener)
            throws Exception {
        return http.newWebSocketBuilder()
                .buildAsync(weir.url(path), listener)
                .get(20, TimeUnit.SECONDS);
    }

    /** Takes so many messages and then no more: its socket is not read. */
    private record Deaf(long messages) implements WebSocket.Listener {

        @Override
        public void onOpen(WebSocket socket) {
            if (messages > 0) {
                socket.request(messages);
            }
        }
    }
}
