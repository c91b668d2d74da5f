package dev.weir.e2e.seed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Any relay in a process of its own, started by a command in which {@code {port}} and {@code
 * {admin}} stand for the ports and {@code {java}} for the Java that runs this.
 */
public final class RelayProcess implements AutoCloseable {
    private static final Duration START_DEADLINE = Duration.ofMinutes(2);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin/java").toString();
    private static final String WEIR_JAR =
            System.getProperty("weir.jar", "../../server/target/weir.jar");

    private final Process process;
    private final Path log;
    private final int port;
    private final int adminPort;
    private final boolean listsSessions;
    private final HttpClient http = HttpClient.newHttpClient();

    private RelayProcess(Process process, Path log, int port, int adminPort, boolean lists) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.adminPort = adminPort;
        this.listsSessions = lists;
    }

    /** Starts the packaged Weir with this configuration (YAML) and these options of its JVM. */
    public static RelayProcess weir(String yaml, String jvmOptions) throws IOException {
        Path config = Files.createTempFile("weir", ".yaml");
        config.toFile().deleteOnExit();
        Files.writeString(config, yaml);
        return start("{java} " + jvmOptions + " -jar " + WEIR_JAR + " run --config " + config
                + " --port {port} --admin-port {admin}");
    }

    /** Starts a relay by the shell and waits until it listens. */
    static RelayProcess start(String command) throws IOException {
        Path log = Files.createTempFile("relay", ".log");
        log.toFile().deleteOnExit();
        List<Integer> ports = freePorts();
        String filled = command.replace("{java}", JAVA)
                .replace("{port}", ports.get(0).toString())
                .replace("{admin}", ports.get(1).toString());
        Process process = new ProcessBuilder("/bin/sh", "-c", "exec " + filled)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        RelayProcess relay = new RelayProcess(
                process, log, ports.get(0), ports.get(1), command.contains("{admin}"));
        relay.awaitListening(relay.port);
        if (relay.listsSessions) {
            relay.awaitListening(relay.adminPort);
        }
        return relay;
    }

    public Endpoints endpoints() {
        return new Endpoints(port);
    }

    public long pid() {
        return process.pid();
    }

    /** What it printed so far. */
    public String output() throws IOException {
        return Files.readString(log);
    }

    /** The live sessions as the admin port tells them; empty where there is no such port. */
    public List<JsonNode> sessions() throws IOException, InterruptedException {
        if (!listsSessions) {
            return List.of();
        }
        URI uri = URI.create("http://127.0.0.1:" + adminPort + "/sessions?limit=1000");
        String body = http.send(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        return JSON.readTree(body).path("sessions").valueStream().toList();
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .join()
                .destroyForcibly();
    }

    private void awaitListening(int wanted) throws IOException {
        long end = System.nanoTime() + START_DEADLINE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
                return;
            } catch (IOException notYet) {
                LockSupport.parkNanos(50_000_000);
            }
        }
        process.destroyForcibly();
        throw new IOException("the relay did not start to listen:\n" + output());
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0)) {
            return List.of(one.getLocalPort(), other.getLocalPort());
        }
    }
}
