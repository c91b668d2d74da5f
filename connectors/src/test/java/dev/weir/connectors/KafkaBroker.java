package dev.weir.connectors;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * A real Kafka broker, its own controller (KRaft), in a JVM of its own. Where its jars are the build
 * has written to the file that the system property {@code weir.kafka.classpath} names: without it
 * the test is skipped, and fails where {@code CI=true} promises that all is there.
 */
public final class KafkaBroker {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

    private final Path home;
    private final Path classpath;
    private final int port;
    private Process process;

    private KafkaBroker(Path home, Path classpath, int port, Process process) {
        this.home = home;
        this.classpath = classpath;
        this.port = port;
        this.process = process;
    }

    /** Starts one without topics; its files are in that folder. Returns when it listens. */
    public static KafkaBroker start(Path home) throws IOException, InterruptedException {
        Path classpath = Path.of(System.getProperty("weir.kafka.classpath", "no such file"));
        if (!Files.exists(classpath)) {
            throw missing("no Kafka broker: Maven brings it, with mvn test and mvn verify");
        }
        int[] ports = freePorts();
        Files.write(home.resolve("server.properties"), List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "listeners=PLAINTEXT://127.0.0.1:" + ports[0] + ",CONTROLLER://127.0.0.1:"
                        + ports[1],
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + ports[0],
                "controller.listener.names=CONTROLLER",
                "controller.quorum.voters=1@127.0.0.1:" + ports[1],
                "log.dirs=" + home.resolve("logs"),
                "auto.create.topics.enable=false",
                "offsets.topic.replication.factor=1",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "message.max.bytes=20000000"));
        Process format = run(home, classpath, "kafka.tools.StorageTool", "format",
                "--cluster-id", CLUSTER, "--config", "server.properties");
        if (!format.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
            format.destroyForcibly();
            throw new IOException("Kafka did not format " + home + ": " + log(home));
        }
        KafkaBroker broker = new KafkaBroker(home, classpath, ports[0],
                run(home, classpath, "kafka.Kafka", "server.properties"));
        broker.awaitReady();
        return broker;
    }

    private static RuntimeException missing(String reason) {
        return "true".equals(System.getenv("CI"))
                ? new IllegalStateException(reason)
                : new TestAbortedException(reason);
    }

    private static int[] freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket two = new ServerSocket(0, 1, loopback)) {
            return new int[] {one.getLocalPort(), two.getLocalPort()};
        }
    }

    private static Process run(Path home, Path classpath, String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "@" + classpath.toAbsolutePath()));
        all.addAll(List.of(command));
        return new ProcessBuilder(all)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("out").toFile()))
                .start();
    }

    private static String log(Path home) throws IOException {
        return Files.readString(home.resolve("out"));
    }

    private void awaitReady() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!listens()) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                stop();
                throw new IOException("Kafka did not start: " + log(home));
            }
            Thread.sleep(50);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return where it listens on loopback} */
    public int port() {
        return port;
    }

    /** Ends it at once. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again with all that it had; returns when it listens. */
    public void restart() throws IOException, InterruptedException {
        process = run(home, classpath, "kafka.Kafka", "server.properties");
        awaitReady();
    }

    /** Ends it at once, for good. */
    public void stop() throws InterruptedException {
        kill();
    }
}
