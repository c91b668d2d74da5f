package dev.weir.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The relay as a process of its own: start, signals, exit codes. */
@Timeout(value = 120, unit = SECONDS)
class ProcessTest {

    @TempDir private Path folder;

    private @Nullable Process process;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void listensUntilTheFirstSignalThenDrainsAndExitsWith0() throws Exception {
        Process relay = start("--port", "0", "--admin-port", "0");
        BufferedReader lines = relay.inputReader();
        JsonNode started = until(lines, "started");
        URI listen = URI.create(started.path("listen").asString());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listen.getPort())) {
            assertThat(socket.isConnected()).isTrue();
        }

        terminate(relay);

        JsonNode draining = until(lines, "draining; a second signal stops at once");
        assertThat(draining.path("signal").asString()).isEqualTo("SIGTERM");
        until(lines, "stopped");
        assertThat(relay.waitFor()).isZero();
        assertThat(relay.errorReader().lines()).isEmpty();
    }

    @Test
    void aSecondSignalStopsAtOnce() throws Exception {
        Path config = Files.writeString(folder.resolve("weir.yaml"), "drain: {ready-delay: 10m}");
        Process relay = start("--port", "0", "--admin-port", "0", "--config", config.toString());
        BufferedReader lines = relay.inputReader();
        until(lines, "started");
        terminate(relay);
        until(lines, "draining; a second signal stops at once");

        terminate(relay);

        assertThat(relay.waitFor()).isEqualTo(128 + 15);
    }

    @Test
    void aTakenPortIsOneLineAndExitCode1() throws Exception {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("0.0.0.0", 0));
            String port = Integer.toString(taken.getLocalPort());
            Process relay = start("--port", port, "--admin-port", "0");

            List<String> err = relay.errorReader().lines().toList();

            assertThat(relay.waitFor()).isEqualTo(1);
            assertThat(err).hasSize(1);
            assertThat(err.getFirst()).startsWith("weir: cannot start: ").contains(port);
        }
    }

    @Test
    void printsABannerInsteadOfJsonWhereTheLogIsForPeople() throws Exception {
        Path config = Files.writeString(folder.resolve("weir.yaml"), "log: {format: console}");
        Process relay = start("--port", "0", "--admin-port", "0", "--config", config.toString());
        BufferedReader lines = relay.inputReader();
        List<String> banner = new ArrayList<>();
        do {
            banner.add(String.valueOf(lines.readLine()));
        } while (!banner.getLast().startsWith("Ctrl-C") && !banner.getLast().equals("null"));

        assertThat(banner).hasSizeLessThan(10);
        assertThat(banner.getFirst()).startsWith("Weir ");
        assertThat(banner.getLast()).startsWith("Ctrl-C");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.weir.Weir"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("WEIR_"));
        Process started = builder.start();
        process = started;
        return started;
    }

    /** SIGTERM; {@link Process#destroy} would close the streams, too. */
    private static void terminate(Process relay) {
        assertThat(relay.toHandle().destroy()).isTrue();
    }

    /** Every line on standard output must be one JSON object. */
    private static JsonNode until(BufferedReader lines, String message) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode event = JsonMapper.shared().readTree(line);
            if (event.path("message").asString().equals(message)) {
                return event;
            }
        }
        throw new AssertionError("the process ended without: " + message);
    }
}
