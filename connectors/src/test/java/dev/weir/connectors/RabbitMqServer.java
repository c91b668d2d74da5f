package dev.weir.connectors;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A real RabbitMQ broker on loopback, with its data in a directory of the test. Skips the test
 * where RabbitMQ is not installed, and fails it where {@code CI=true} promises that it is.
 */
public final class RabbitMqServer implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(3);
    private static final int METHOD_FRAME = 1;
    private static final Path PACKAGED = Path.of("/usr/lib/rabbitmq/lib");

    private final Path directory;
    private final Path programs;
    private final int port;
    private final int distributionPort;
    private final int mapperPort;
    private final Process mapper;
    private Process broker;

    private RabbitMqServer(Path directory) throws IOException {
        this.directory = directory;
        this.programs = programs();
        this.port = freePort();
        this.distributionPort = freePort();
        this.mapperPort = freePort();
        Files.writeString(directory.resolve("rabbitmq.conf"), """
                listeners.tcp.local = 127.0.0.1:%d
                disk_free_limit.absolute = 50MB
                """.formatted(port));
        this.mapper = process("epmd", "-port", String.valueOf(mapperPort),
                "-address", "127.0.0.1");
        this.broker = startBroker();
    }

    /** Starts one; returns when it takes connections. */
    public static RabbitMqServer start(Path directory) throws IOException, InterruptedException {
        RabbitMqServer server = new RabbitMqServer(directory);
        server.awaitReady();
        return server;
    }

    /** {@return where it listens on loopback} */
    public int port() {
        return port;
    }

    /** Ends it with kill -9. */
    public void kill() throws InterruptedException {
        List<ProcessHandle> processes = new ArrayList<>(broker.descendants().toList());
        broker.destroyForcibly().waitFor();
        processes.forEach(ProcessHandle::destroyForcibly);
    }

    /** Starts it again after {@link #kill}, with the same data and port. */
    public void restart() throws IOException, InterruptedException {
        broker = startBroker();
        awaitReady();
    }

    /** Freezes its process; returns when all its threads stand still. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
        Path threads = Path.of("/proc", String.valueOf(broker.pid()), "task");
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

    /** Runs {@code rabbitmqctl}; gives what it printed. */
    public String control(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(programs.resolve("rabbitmqctl").toString());
        command.addAll(List.of("--quiet", "--timeout", "30"));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile(directory, "control", ".out");
        Process process = builder(command).redirectOutput(output.toFile()).start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + ": " + Files.readString(output));
        }
        return Files.readString(output);
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        mapper.destroyForcibly();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, String.valueOf(broker.pid())).start().waitFor();
    }

    private Process startBroker() throws IOException {
        return process(programs.resolve("rabbitmq-server").toString(), "-noinput");
    }

    private Process process(String... command) throws IOException {
        return builder(List.of(command))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("HOME", directory.toString()); // Of the Erlang cookie.
        environment.put("RABBITMQ_NODENAME", "weir" + port + "@localhost");
        environment.put("RABBITMQ_CONFIG_FILE", directory.resolve("rabbitmq.conf").toString());
        environment.put("RABBITMQ_CONF_ENV_FILE", directory.resolve("none").toString());
        environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", directory.resolve("plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", directory.resolve("data").toString());
        environment.put("RABBITMQ_LOG_BASE", directory.resolve("log").toString());
        environment.put("RABBITMQ_DIST_PORT", String.valueOf(distributionPort));
        environment.put("RABBITMQ_ALLOW_INPUT", "true"); // No shell between us and the broker.
        environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}");
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        environment.put("ERL_EPMD_PORT", String.valueOf(mapperPort));
        return builder;
    }

    private Path log() {
        return directory.resolve("broker.out");
    }

    private void awaitReady() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(START);
        while (!listens()) {
            if (!broker.isAlive() || Instant.now().isAfter(deadline)) {
                throw new IOException("RabbitMQ did not start: " + Files.readString(log()));
            }
            Thread.sleep(100);
        }
    }

    /** A broker that answers a protocol header (AMQP 0-9-1, section 4.2.2) takes connections. */
    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
            return socket.getInputStream().read() == METHOD_FRAME;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path programs() throws IOException {
        if (Files.isDirectory(PACKAGED) && onPath("epmd")) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(PACKAGED, "rabbitmq_server-*")) {
                for (Path each : found) {
                    return each.resolve("sbin");
                }
            }
        }
        String reason = "RabbitMQ is not installed here (Debian: apt-get install rabbitmq-server)";
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(reason);
        }
        throw new TestAbortedException(reason);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
