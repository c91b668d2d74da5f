package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.e2e.WeirCommand.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trouble of a real relay, made from outside, and what {@code weir doctor} says of it. */
final class DoctorTest {

    /**
     * With deadlines so long that what is wrong stays so until somebody has looked, on a machine
     * that may have little CPU to spare.
     */
    private static final String CONFIG = """
            watch: { interval: 100ms, stalled: 1s, silent: 1s, carrier-delay: 2s }
            heartbeat: { ping: 2h, pong: 1h }
            routes:
              - name: default
                clients: /client/{key}
                workers: /worker/{key}
                write-deadline: 1h
                queue: { stall: 1h }
            """;
    private static final Pattern ADMIN = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final Pattern PORT = Pattern.compile("ws://[^:\"]*:(\\d+)");

    @TempDir Path directory;

    private static Outcome doctor(WeirProcess weir) throws IOException, InterruptedException {
        return WeirCommand.run("doctor", weir.admin().base().toString());
    }

    /** Asks again until that finding is told; it takes the relay a moment to see it. */
    private static Outcome awaitDiagnosis(String admin, String finding) {
        return await().atMost(Inbox.DEADLINE).until(
                () -> WeirCommand.run("doctor", admin),
                outcome -> outcome.text().contains(finding));
    }

    private static Outcome awaitDiagnosis(WeirProcess weir, String finding) {
        return awaitDiagnosis(weir.admin().base().toString(), finding);
    }

    @Test
    void aRelayInOrderHasNoFindings() throws Exception {
        try (var weir = WeirProcess.start(CONFIG)) {
            var outcome = doctor(weir);
            assertThat(outcome.text()).contains("finds nothing wrong");
            assertThat(outcome.exitCode()).isZero();
            weir.stop();
        }
    }

    @Test
    void theWorkerThatDoesNotReadIsNamedAndWhoWaitsForIt() throws Exception {
        try (var weir = WeirProcess.start(CONFIG);
                var client = RawSession.open(weir, "/client/a");
                var worker = RawSession.open(weir, "/worker/a")) {
            client.flood();

            var outcome = awaitDiagnosis(weir, "stalled-pair");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.text().replaceAll("\\s+", " "))
                    .contains("WARNING stalled-pair")
                    .contains("session " + worker.id() + ", side worker, route default")
                    .contains("worker " + worker.id() + " has taken nothing for")
                    .contains("of client " + client.id() + " wait for it")
                    .containsPattern("(FrameWriter|WriteCompletion).await")
                    .contains("ops/README.md#stalled-pair");
            var events = weir.admin().get("/sessions/" + client.id() + "/events").json();
            assertThat(events.get("events").valueStream()
                            .map(event -> event.get("what").asString()))
                    .contains("received", "held-up");
            assertThat(weir.awaitLine(line -> line.contains("finding began")))
                    .contains("stalled-pair", worker.id());
        }
    }

    @Test
    void thePeerThatAnswersNoPingIsNamed() throws Exception {
        try (var weir = WeirProcess.start(CONFIG);
                var mute = RawSession.open(weir, "/client/a")) {
            var outcome = awaitDiagnosis(weir, "half-open-peer");
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.text()).contains(
                    "session " + mute.id(), "has not answered a ping", "address 127.0.0.1:");
        }
    }

    /** It answers though no virtual thread runs, and shows what keeps them from it. */
    @Test
    void whatStarvesTheCarriersIsShownWhileItDoes() throws Exception {
        var trigger = directory.resolve("busy");
        var agent = agent(BusyAgent.class);
        try (var weir = WeirProcess.start(CONFIG, "-javaagent:" + agent + "=" + trigger)) {
            Files.createFile(trigger);

            var outcome = awaitDiagnosis(weir, "BusyAgent.computeWithoutEnd");

            assertThat(outcome.text()).contains("carrier-starvation", "waited");
            assertThat(outcome.exitCode()).isPositive();
            Files.delete(trigger);
            await().atMost(Inbox.DEADLINE).until(() -> doctor(weir).exitCode() == 0);
            weir.stop();
        }
    }

    @Test
    void aCollectorThatNeverAnswersIsTold() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var weir = WeirProcess.startWith(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT",
                                "http://127.0.0.1:" + silent.getLocalPort(),
                                "OTEL_EXPORTER_OTLP_TIMEOUT", "1000",
                                "OTEL_BSP_SCHEDULE_DELAY", "100"),
                        CONFIG);
                var client = RawSession.open(weir, "/client/a")) {
            var outcome = awaitDiagnosis(weir, "telemetry-loss");
            assertThat(outcome.text()).contains("spans and log records:", "Is the collector up");
            assertThat(weir.admin().get("/sessions/" + client.id()).status()).isEqualTo(200);
        }
    }

    @Test
    void whatHoldsOnToItsCarrierIsShownAndCounted() throws Exception {
        var trigger = Files.createFile(directory.resolve("pin"));
        var agent = agent(PinAgent.class, PinAgent.Slow.class);
        try (var weir = WeirProcess.start(CONFIG, "-javaagent:" + agent + "=" + trigger)) {
            var outcome = awaitDiagnosis(weir, "pinned-thread");

            assertThat(outcome.text()).contains("PinAgent.initialise", "held its carrier for");
            assertThat(outcome.exitCode()).isPositive();
            assertThat(weir.admin().get("/metrics").body())
                    .containsPattern("weir_carrier_pins_total [1-9]")
                    .containsPattern("weir_carrier_pinned_time_seconds_total 0?[1-9.]");
        }
    }

    private Path agent(Class<?>... classes) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", classes[0].getName());
        var jar = directory.resolve("agent.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (var type : classes) {
                var entry = type.getName().replace('.', '/') + ".class";
                try (var in = type.getResourceAsStream("/" + entry)) {
                    out.putNextEntry(new JarEntry(entry));
                    out.write(in.readAllBytes());
                    out.closeEntry();
                }
            }
        }
        return jar;
    }

    @Test
    void aServiceThatDoesNotAnswerIsNamedAndWhoWaitsForIt() throws Exception {
        try (var service = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var weir = WeirProcess.start("""
                        watch: { interval: 100ms, stuck: 1s, carrier-delay: 10s, pinned: off }
                        routes:
                          - name: orders
                            clients: /orders/{key}
                            connector: { type: http, url: "http://127.0.0.1:%d/" }
                        """.formatted(service.getLocalPort()));
                var client = RawSession.open(weir, "/orders/a")) {
            client.flood();

            var outcome = awaitDiagnosis(weir, "connector-stuck");

            assertThat(outcome.exitCode()).isPositive();
            assertThat(outcome.text().replaceAll("\\s+", " "))
                    .contains("connector orders has not returned from send for session "
                            + client.id())
                    .contains("session " + client.id())
                    .contains("connector orders, thread");
        }
    }

    @Test
    void aProcessThatIsNearItsLimitOfOpenFilesIsTold() throws Exception {
        var config = Files.writeString(directory.resolve("weir.yaml"),
                "watch: { interval: 100ms, open-files: 50, carrier-delay: 10s, pinned: off }\n");
        var log = directory.resolve("weir.log");
        var process = startLimited("ulimit -n 300", config, log);
        var sessions = new ArrayList<RawSession>();
        try {
            var admin = awaitInLog(log, ADMIN, 0);
            int port = Integer.parseInt(awaitInLog(log, PORT, 1));
            for (int i = 0; i < 150; i++) {
                sessions.add(RawSession.open(port, "/client/" + i));
            }

            var outcome = awaitDiagnosis(admin, "open-files");

            assertThat(outcome.exitCode()).isPositive();
            assertThat(outcome.text()).contains("of 300", "LimitNOFILE");
        } finally {
            for (var session : sessions) {
                session.close();
            }
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /** Starts a relay under a limit of the shell, with its output in a file. */
    private static Process startLimited(String limit, Path config, Path log) throws IOException {
        var java = WeirCommand.builder(
                        List.of("-XX:-UsePerfData"),
                        List.of("run", "--port", "0", "--admin-port", "0", "--config",
                                config.toString()))
                .command();
        var relay = new ProcessBuilder("/bin/sh", "-c", limit + "; exec \"$@\" >" + log, "sh")
                .redirectErrorStream(true);
        relay.command().addAll(java);
        relay.environment().keySet().removeIf(name -> name.startsWith("WEIR_"));
        return relay.start();
    }

    /** A limit on the size of files does to the log what a full disk does. */
    @Test
    void aLogThatCannotBeWrittenIsToldWithTheReasonAndTheRelayGoesOn() throws Exception {
        var config = Files.writeString(directory.resolve("weir.yaml"), """
                watch: { interval: 100ms, pinned: off, hold: 1m, carrier-delay: 10s }
                log: { format: json, level: debug }
                """);
        var log = directory.resolve("weir.log");
        var process = startLimited("ulimit -f 16", config, log);
        try {
            var admin = awaitInLog(log, ADMIN, 0);
            int port = Integer.parseInt(awaitInLog(log, PORT, 1));
            await().atMost(Inbox.DEADLINE).until(() -> {
                RawSession.open(port, "/client/" + Pair.newKey()).close();
                return WeirCommand.run("doctor", admin).text().contains("log-loss");
            });

            var outcome = awaitDiagnosis(admin, "log-loss");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.text()).contains("lines of the log:", "File too large");
            RawSession.open(port, "/client/still-open").close();
        } finally {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static String awaitInLog(Path log, Pattern pattern, int group) {
        return await().atMost(Inbox.DEADLINE).until(
                () -> {
                    var found = pattern.matcher(Files.exists(log) ? Files.readString(log) : "");
                    return found.find() ? found.group(group) : "";
                },
                text -> !text.isEmpty());
    }
}
