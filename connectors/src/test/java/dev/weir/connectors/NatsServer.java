package dev.weir.connectors;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A real NATS server on loopback with JetStream, its data in a directory of the test. Skips the
 * test where NATS is not installed, and fails it where {@code CI=true} promises that it is.
 */
public final class NatsServer implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    private final Path directory;
    private final int port;
    private Process server;

    private NatsServer(Path directory, String configuration) throws IOException {
        ensureInstalled();
        this.directory = directory;
        this.port = freePort();
        Files.writeString(directory.resolve("nats.conf"), """
                listen: "127.0.0.1:%d"
                max_payload: 8MB
                jetstream { store_dir: "%s" }
                %s
                """.formatted(port, directory.resolve("data"), configuration));
        this.server = launch();
    }

    /**
     * Starts one; returns when it takes connections.
     *
     * @param configuration what is added to its configuration file
     */
    public static NatsServer start(Path directory, String configuration)
            throws IOException, InterruptedException {
        NatsServer started = new NatsServer(directory, configuration);
        started.awaitReady();
        return started;
    }

    /** {@return where it listens on loopback} */
    public int port() {
        return port;
    }

    /** Ends it with kill -9. */
    public void kill() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    /** Starts it again after {@link #kill}, with the same data and port. */
    public void restart() throws IOException, InterruptedException {
        server = launch();
        awaitReady();
    }

    /** Freezes its process; returns when all its threads stand still. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
        Path threads = Path.of("/proc", String.valueOf(server.pid()), "task");
        try (Stream<Path> all = Files.list(threads)) {
            for (Path thread : all.toList()) {
                while (!Files.readString(thread.resolve("stat")).contains(") T ")) {
                    Thread.sleep(10);
                }
            }
        }
    }

    /** Lets it go on. */
    public void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** {@return what it logged} */
    public String log() throws IOException {
        return Files.readString(directory.resolve("server.out"));
    }

    @Override
    public void close() {
        server.destroyForcibly();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, String.valueOf(server.pid())).start().waitFor();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder("nats-server", "-c", "nats.conf")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("server.out").toFile()))
                .start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(START);
        while (!listens()) {
            if (!server.isAlive() || Instant.now().isAfter(deadline)) {
                throw new IOException("NATS did not start: " + log());
            }
            Thread.sleep(20);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return socket.getInputStream().read() == 'I'; // INFO
        } catch (IOException e) {
            return false;
        }
    }

    private static void ensureInstalled() {
        boolean installed = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "nats-server")));
        if (installed) {
            return;
        }
        String reason = "NATS is not installed here (Debian: apt-get install nats-server)";
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(reason);
        }
        throw new TestAbortedException(reason);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
