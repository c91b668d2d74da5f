package dev.weir.connectors;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Kafka broker, its own controller (KRaft), without topics. Where its jars are the build has
 * written to the file that the system property {@code weir.kafka.classpath} names: without it the
 * test is skipped, and fails where {@code CI=true} promises that all is there.
 */
public final class KafkaBroker extends Broker {

    private static final long FORMAT_SECONDS = 180;
    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";
    private static final String CONFIGURATION = "server.properties";

    private final Path home;
    private boolean formatted;

    /** Writes its configuration. */
    public KafkaBroker(Path home) throws IOException {
        require(Files.exists(classpath()),
                "no Kafka broker: Maven brings it, with mvn test and mvn verify");
        int port = freePort();
        int controller = freePort();
        Files.write(home.resolve(CONFIGURATION), List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:"
                        + controller,
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                "controller.listener.names=CONTROLLER",
                "controller.quorum.voters=1@127.0.0.1:" + controller,
                "log.dirs=" + home.resolve("logs"),
                "auto.create.topics.enable=false",
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found=true",
                "group.initial.rebalance.delay.ms=0",
                "offsets.topic.replication.factor=1",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "message.max.bytes=20000000"));
        super("Kafka", port, java(home, "kafka.Kafka", CONFIGURATION), home.resolve("out"),
                Socket::isConnected);
        this.home = home;
    }

    private static Path classpath() {
        return Path.of(System.getProperty("weir.kafka.classpath", "no such file"));
    }

    private static ProcessBuilder java(Path home, String... command) {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "@" + classpath().toAbsolutePath()));
        all.addAll(List.of(command));
        return new ProcessBuilder(all).directory(home.toFile());
    }

    @Override
    public void start() throws IOException {
        if (!formatted) {
            format();
            formatted = true;
        }
        super.start();
    }

    private void format() throws IOException {
        Path output = home.resolve("format");
        Process format = java(home, "kafka.tools.StorageTool", "format",
                        "--cluster-id", CLUSTER, "--config", CONFIGURATION)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        format.onExit().completeOnTimeout(format, FORMAT_SECONDS, TimeUnit.SECONDS).join();
        if (format.isAlive() || format.exitValue() != 0) {
            format.destroyForcibly();
            throw new IOException(
                    "Kafka did not format " + home + ": " + Files.readString(output));
        }
    }
}
