package dev.weir.connectors;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker, its own controller (KRaft), without topics. Where its jars are the build has
 * written to the file that the system property {@code weir.kafka.classpath} names: without it the
 * test is skipped, and fails where {@code CI=true} promises that all is there.
 */
public final class KafkaBroker extends Broker {

    private static final long FORMAT_SECONDS = 180;
    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";
    private static final String CONFIGURATION = "server.properties";

    /** The user of its second port, and the password. */
    static final String USER = "weir";
    static final String PASSWORD = "of weir";

    private final Path home;
    private final int securePort;
    private boolean formatted;

    /** Writes its configuration. */
    public KafkaBroker(Path home) throws IOException {
        this(home, null);
    }

    /** With a certificate it has a second port, on which it asks for TLS and a password. */
    KafkaBroker(Path home, @Nullable SelfSigned certificate) throws IOException {
        require(Files.exists(classpath()),
                "no Kafka broker: Maven brings it, with mvn test and mvn verify");
        int port = freePort();
        int controller = freePort();
        int secure = freePort();
        List<String> lines = new ArrayList<>(List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:"
                        + controller + (certificate == null ? "" : ",SECURE://127.0.0.1:" + secure),
                "listener.security.protocol.map="
                        + "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
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
        if (certificate != null) {
            lines.addAll(List.of(
                    "listener.name.secure.sasl.enabled.mechanisms=PLAIN",
                    "listener.name.secure.plain.sasl.jaas.config=" + login(
                            " user_" + USER + "=\"" + PASSWORD + "\""),
                    "listener.name.secure.ssl.keystore.type=PKCS12",
                    "listener.name.secure.ssl.keystore.location=" + certificate.store(),
                    "listener.name.secure.ssl.keystore.password=" + SelfSigned.PASSWORD));
        }
        Files.write(home.resolve(CONFIGURATION), lines);
        super("Kafka", port, java(home, "kafka.Kafka", CONFIGURATION), home.resolve("out"),
                Socket::isConnected);
        this.home = home;
        this.securePort = secure;
    }

    /** {@return where TLS and a password are asked for} */
    int securePort() {
        return securePort;
    }

    /** {@return a JAAS configuration of SASL/PLAIN with these options} */
    static String login(String options) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required" + options + ";";
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
