package dev.weir.connectors;

import static dev.weir.connectors.HttpDial.caller;
import static dev.weir.connectors.HttpDial.failure;
import static dev.weir.connectors.HttpDial.received;
import static dev.weir.connectors.HttpDial.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.LinkException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Services on https, with a certificate of their own. */
@Timeout(60)
final class HttpTlsTest {

    @TempDir
    private static Path dir;

    private static String certificate;
    private static HttpService service;

    private final HttpDial dial = new HttpDial();

    @BeforeAll
    static void start() throws Exception {
        SelfSigned made = SelfSigned.of("ip:127.0.0.1", dir);
        certificate = made.certificate().toString();
        service = HttpService.start(HttpService.ECHO, made.forJetty());
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void close() {
        dial.close();
    }

    private Link open(String host, Map<String, ?> settings) throws Exception {
        return dial.connector("https://" + host + ":" + service.port() + "/", settings)
                .open(caller());
    }

    @ParameterizedTest
    @CsvSource({"auto, HTTP/2.0", "http2, HTTP/2.0", "http1, HTTP/1.1"})
    void theVersionIsAgreedInTheHandshake(String protocol, String version) throws Exception {
        Link link = open("127.0.0.1",
                Map.of("ca", certificate, "protocol", protocol));
        link.send(text("hello"));

        assertThat(received(link)).isEqualTo("hello");
        assertThat(service.calls().getLast().version()).isEqualTo(version);
    }

    @Test
    void aServiceThatNobodyVouchesForGetsNoMessage() throws Exception {
        int before = service.calls().size();
        Link link = open("127.0.0.1", Map.of());

        assertThat(failure(() -> link.send(text("hello"))).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(service.calls()).hasSize(before);
    }

    @Test
    void aServiceOfAnotherNameGetsNoMessage() throws Exception {
        int before = service.calls().size();
        Link link = open("localhost", Map.of("ca", certificate));

        assertThat(failure(() -> link.send(text("hello"))).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(service.calls()).hasSize(before);
    }

    @Test
    void aFileWithoutACertificateIsAMistakeInTheConfiguration() throws Exception {
        Path empty = Files.createFile(dir.resolve("empty.pem"));

        assertThatThrownBy(() ->
                open("127.0.0.1", Map.of("ca", empty.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ca: ");
    }
}
