package dev.weir.connectors;

import static dev.weir.connectors.HttpDial.caller;
import static dev.weir.connectors.HttpDial.failure;
import static dev.weir.connectors.HttpDial.received;
import static dev.weir.connectors.HttpDial.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.LinkException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.util.ssl.SslContextFactory;
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

    private static HttpService service;

    private final HttpDial dial = new HttpDial();

    @BeforeAll
    static void start() throws Exception {
        keytool("-genkeypair", "-alias", "service", "-keyalg", "EC", "-dname", "CN=service",
                "-ext", "san=ip:127.0.0.1", "-validity", "2");
        keytool("-exportcert", "-alias", "service", "-rfc", "-file",
                dir.resolve("ca.pem").toString());
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(dir.resolve("keys.p12").toString());
        tls.setKeyStorePassword("changeit");
        service = HttpService.start(HttpService.ECHO, tls);
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", dir.resolve("keys.p12").toString(),
                "-storetype", "PKCS12", "-storepass", "changeit"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
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
                Map.of("ca", dir.resolve("ca.pem").toString(), "protocol", protocol));
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
        Link link = open("localhost", Map.of("ca", dir.resolve("ca.pem").toString()));

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
