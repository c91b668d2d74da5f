package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What a service manager of systemd's kind hears of the relay on its real datagram socket. */
@EnabledOnOs(OS.LINUX)
@ExtendWith(Peers.Shared.class)
final class SystemdTest {

    private static final String FOREIGN_PID = "1";

    /** A JVM starts within it. */
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir Path directory;

    /** The other end of {@code NOTIFY_SOCKET}. */
    private record ServiceManager(Process process, List<String> told) implements AutoCloseable {

        static ServiceManager listen(String address, Peers peers) throws Exception {
            var manager = new ServiceManager(
                    peers.script(PeerKind.WEBSOCKETS, "notify_socket.py", address),
                    new CopyOnWriteArrayList<>());
            Thread.ofVirtual().start(manager::hear);
            manager.await("listening");
            return manager;
        }

        private void hear() {
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    told.addAll(JsonMapper.shared().readValue(line, String.class).lines().toList());
                }
            } catch (IOException e) {
                told.add("the stand-in failed: " + e);
            }
        }

        void await(String line) {
            soon(() -> assertThat(told).contains(line));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void itHearsOfTheStartOfEverySignOfLifeAndOfTheEnd(Peers peers) throws Exception {
        var address = directory.resolve("notify").toString();
        try (var manager = ServiceManager.listen(address, peers)) {
            var relay = start(address, "WATCHDOG_USEC", "3000000");
            try {
                manager.await("READY=1");
                manager.await("STATUS=0 sessions");
                soon(() ->
                        assertThat(manager.told()).filteredOn("WATCHDOG=1"::equals).hasSize(2));
                assertThat(manager.told()).doesNotContain("STOPPING=1");

                Signal.TERM.sendTo(relay);
                assertThat(relay.waitFor()).isZero();

                assertThat(manager.told()).containsSubsequence(
                        "READY=1", "WATCHDOG=1", "STOPPING=1");
                // deadline + jitter + twice close-deadline + write-deadline, by default
                assertThat(manager.told()).contains("EXTEND_TIMEOUT_USEC=55000000");
            } finally {
                relay.destroyForcibly();
            }
        }
    }

    @Test
    void anAbstractAddressWillDoAndAWatchdogForAnotherProcessIsNotFed(Peers peers)
            throws Exception {
        var address = "@weir-" + UUID.randomUUID();
        try (var manager = ServiceManager.listen(address, peers)) {
            var relay =
                    start(address, "WATCHDOG_USEC", "300000", "WATCHDOG_PID", FOREIGN_PID);
            try {
                manager.await("READY=1");
                manager.await("STATUS=0 sessions");
                Signal.TERM.sendTo(relay);
                assertThat(relay.waitFor()).isZero();
                manager.await("STOPPING=1");
                assertThat(manager.told()).doesNotContain("WATCHDOG=1");
            } finally {
                relay.destroyForcibly();
            }
        }
    }

    @Test
    void aSocketThatIsGoneIsNoReasonToFail() throws Exception {
        var output = Files.createFile(directory.resolve("output"));
        var builder = relay(directory.resolve("gone").toString());
        var relay = builder.redirectOutput(output.toFile()).start();
        try {
            soon(() -> assertThat(output).content()
                    .contains("systemd is not notified", "sendto: error 2"));
            Signal.TERM.sendTo(relay);
            assertThat(relay.waitFor()).isZero();
            assertThat(output).content().doesNotContain("WARNING: A restricted method");
        } finally {
            relay.destroyForcibly();
        }
    }

    private static void soon(ThrowingRunnable assertion) {
        await().atMost(DEADLINE).untilAsserted(assertion);
    }

    private static Process start(String address, String... environment) throws IOException {
        var builder = relay(address);
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static ProcessBuilder relay(String address) {
        var builder = WeirCommand.builder(
                List.of(), List.of("run", "--port", "0", "--admin-port", "0"));
        builder.environment().put("NOTIFY_SOCKET", address);
        return builder;
    }
}
