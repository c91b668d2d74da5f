package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.weir.connectors.LinkException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services on wss, with a certificate of their own. */
@Timeout(60)
final class WebSocketTlsTest {

    @TempDir
    private static Path directory;

    private static String certificate;
    private static WebSocketService service;

    private final List<Connector> connectors = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        SelfSigned made = SelfSigned.of("ip:127.0.0.1", directory);
        certificate = made.certificate().toString();
        service = WebSocketService.start(0, made.forJetty());
    }

    @AfterAll
    static void stop() throws Exception {
        service.stop();
    }

    @AfterEach
    void close() {
        connectors.forEach(Connector::close);
    }

    private Connector connector(String host, Map<String, ?> more) {
        Map<String, Object> settings = new TreeMap<>(more);
        settings.put("url", "wss://" + host + ":" + service.port() + "/echo");
        Connector.Provider provider = new WebSocketConnector.Provider();
        Connector connector = provider.create(
                Settings.of(provider.settings(), settings),
                new Environment("robots", "node-1", Deadlines.defaults(), 1024,
                        InstantSource.system(), System::nanoTime));
        connectors.add(connector);
        return connector;
    }

    private static void assertUnreachable(ThrowingCallable action) {
        assertThatThrownBy(action).asInstanceOf(type(LinkException.class))
                .extracting(LinkException::kind).isEqualTo(Kind.UNREACHABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "connect"})
    void aServiceWhoseCertificateIsInTheFileIsTrusted(String check) throws Exception {
        Connector connector = connector("127.0.0.1", Map.of("ca", certificate, "check", check));
        connector.check();
        Link link = connector.open(HttpDial.caller());
        link.send(HttpDial.text("hello"));
        assertThat(link.receive()).isInstanceOfSatisfying(Message.class, message ->
                assertThat(message.asText()).isEqualTo("hello"));
    }

    @Test
    void aServiceThatNobodyVouchesForIsNotServed() {
        Connector connector = connector("127.0.0.1", Map.of());
        assertUnreachable(() -> connector.open(HttpDial.caller()));
        assertUnreachable(connector::check);
    }

    @Test
    void aServiceOfAnotherNameIsNotServed() {
        Connector connector = connector("localhost", Map.of("ca", certificate));
        assertUnreachable(() -> connector.open(HttpDial.caller()));
        assertUnreachable(connector::check);
    }

    @Test
    void aFileWithoutACertificateIsAMistakeInTheConfiguration() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        assertThatThrownBy(() -> connector("127.0.0.1", Map.of("ca", empty.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ca: ");
    }
}
