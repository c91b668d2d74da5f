package dev.weir.connectors;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A RabbitMQ broker; on Debian it is in the package rabbitmq-server. */
public final class RabbitMqServer extends Broker {

    private static final int METHOD_FRAME = 1;
    private static final Path PACKAGED = Path.of("/usr/lib/rabbitmq/lib");

    private final Node node;

    /** Erlang's port mapper: where the node is known, and rabbitmqctl asks for it. */
    private @Nullable Process mapper;

    /** Writes its configuration. */
    public RabbitMqServer(Path directory) throws IOException {
        Node made = new Node(directory, programs(), freePort(), freePort(), freePort());
        Files.writeString(made.configuration(), """
                listeners.tcp.local = 127.0.0.1:%d
                disk_free_limit.absolute = 50MB
                """.formatted(made.port));
        super("RabbitMQ", made.port,
                made.process(made.programs.resolve("rabbitmq-server").toString(), "-noinput"),
                directory.resolve("broker.out"), RabbitMqServer::answers);
        this.node = made;
    }

    private static Path programs() throws IOException {
        require(Files.isDirectory(PACKAGED) && onPath("epmd"),
                "RabbitMQ is not installed here (Debian: apt-get install rabbitmq-server)");
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(PACKAGED, "rabbitmq_server-*")) {
            for (Path each : found) {
                return each.resolve("sbin");
            }
        }
        throw new IOException("there is no RabbitMQ in " + PACKAGED);
    }

    /** What all its programs are told. */
    private record Node(
            Path directory, Path programs, int port, int distributionPort, int mapperPort) {

        Path configuration() {
            return directory.resolve("rabbitmq.conf");
        }

        ProcessBuilder process(String... command) {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                    .redirectErrorStream(true);
            Map<String, String> environment = builder.environment();
            environment.put("HOME", directory.toString()); // Of the Erlang cookie.
            environment.put("RABBITMQ_NODENAME", "weir" + port + "@localhost");
            environment.put("RABBITMQ_CONFIG_FILE", configuration().toString());
            environment.put("RABBITMQ_CONF_ENV_FILE", directory.resolve("none").toString());
            environment.put(
                    "RABBITMQ_ENABLED_PLUGINS_FILE", directory.resolve("plugins").toString());
            environment.put("RABBITMQ_MNESIA_BASE", directory.resolve("data").toString());
            environment.put("RABBITMQ_LOG_BASE", directory.resolve("log").toString());
            environment.put("RABBITMQ_DIST_PORT", String.valueOf(distributionPort));
            environment.put("RABBITMQ_ALLOW_INPUT", "true"); // No shell around the broker.
            environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                    "-kernel inet_dist_use_interface {127,0,0,1}");
            environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
            environment.put("ERL_EPMD_PORT", String.valueOf(mapperPort));
            return builder;
        }
    }

    /** Whether it answers a protocol header (AMQP 0-9-1, section 4.2.2). */
    private static boolean answers(Socket socket) throws IOException {
        socket.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
        return socket.getInputStream().read() == METHOD_FRAME;
    }

    /** Runs {@code rabbitmqctl}; gives what it printed. */
    public String control(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(node.programs.resolve("rabbitmqctl").toString());
        command.addAll(List.of("--quiet", "--timeout", "30"));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile(node.directory, "control", ".out");
        Process control = node.process(command.toArray(String[]::new))
                .redirectOutput(output.toFile())
                .start();
        if (!control.waitFor(60, TimeUnit.SECONDS) || control.exitValue() != 0) {
            control.destroyForcibly();
            throw new IOException(command + ": " + Files.readString(output));
        }
        return Files.readString(output);
    }

    @Override
    public void start() throws IOException {
        if (mapper == null) {
            mapper = node.process("epmd",
                            "-port", String.valueOf(node.mapperPort), "-address", "127.0.0.1")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }
        super.start();
    }

    @Override
    public void close() {
        super.close();
        if (mapper != null) {
            mapper.destroyForcibly();
        }
    }
}
