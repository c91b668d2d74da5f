package dev.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code weir doctor} prints and exits with, asked of a relay that says anything. */
class DoctorTest {

    private static final String STALLED =
            """
            {"id":7,"kind":"stalled-pair","severity":"%s","since":"2026-11-22T03:00:00.5Z",
             "seen":"2026-11-22T03:02:12Z","until":null,"summary":"worker w1 has taken nothing",
             "culprit":{"session":"w1","side":"worker","route":"robots","connector":null,
              "thread":"pump-to-worker-p1","stack":["dev.weir.A.write(A.java:1)","B.run(B.java:2)"]},
             "evidence":{"queuedMessages":1000,"reason":"\\u001b[2Jcleared","list":[1,2]},
             "whatToDo":"Look at that process.","runbook":"ops/README.md#stalled-pair"}
            """;

    @TempDir Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private HttpServer admin;
    private volatile String answer = "";
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        admin = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        admin.createContext("/findings", exchange -> {
            authorizations.add(
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        admin.start();
    }

    @AfterEach
    void stop() {
        admin.stop(0);
    }

    private static String report(String worst, String... findings) {
        return "{\"status\":\"" + worst + "\",\"findings\":[" + String.join(",", findings)
                + "],\"ended\":[],\"notShown\":0}";
    }

    private String url() {
        return "http://127.0.0.1:" + admin.getAddress().getPort();
    }

    private int doctor(Map<String, String> environment, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "doctor";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Cli.run(
                new Shell(environment, new PrintWriter(out), new PrintWriter(err), false), all);
    }

    @Test
    void aHealthyRelayIsOneLineAndExitCodeZero() {
        answer = report("ok");
        assertThat(doctor(Map.of(), url())).isZero();
        assertThat(out.toString()).hasLineCount(1).contains("nothing wrong");
    }

    @ParameterizedTest
    @CsvSource({"warning, 1", "critical, 2"})
    void theExitCodeTellsTheWorstSeverity(String severity, int code) {
        answer = report(severity, STALLED.formatted(severity));
        assertThat(doctor(Map.of(), url())).isEqualTo(code);
    }

    @Test
    void aFindingIsToldWithItsCulpritItsStackAndWhatToDo() {
        answer = report("critical", STALLED.formatted("critical"));
        doctor(Map.of(), url() + "/");
        assertThat(out.toString())
                .contains("1 finding, at worst critical")
                .contains("1. CRITICAL  stalled-pair, since 2026-11-22T03:00:00Z, for 131 s")
                .contains("worker w1 has taken nothing.")
                .contains("culprit    session w1, side worker, route robots,"
                        + " thread pump-to-worker-p1")
                .contains("stack      dev.weir.A.write(A.java:1)", "B.run(B.java:2)")
                .contains("queuedMessages 1000")
                .contains("do this    Look at that process.")
                .contains("ops/README.md#stalled-pair");
    }

    @Test
    void nothingFromOutsideActsOnTheTerminal() {
        answer = report("warning", STALLED.formatted("warning"));
        doctor(Map.of(), url());
        assertThat(out.toString()).doesNotContain("\u001b").contains("?[2Jcleared");
    }

    @Test
    void jsonIsPassedOnAsItCame() {
        answer = report("warning", STALLED.formatted("warning"));
        assertThat(doctor(Map.of(), "--json", url())).isEqualTo(1);
        assertThat(out.toString()).isEqualToIgnoringNewLines(answer);
    }

    @Test
    void theTokenOfTheCommandLineGoesBeforeThatOfTheEnvironment() {
        answer = report("ok");
        doctor(Map.of(), url());
        doctor(Map.of("WEIR_ADMIN_TOKEN", "from-env"), url());
        doctor(Map.of("WEIR_ADMIN_TOKEN", "from-env"), "--token", "given", url());
        assertThat(authorizations).containsExactly("null", "Bearer from-env", "Bearer given");
    }

    @Test
    void theTokenIsReadFromWhereItIs() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "from-file\n");
        answer = report("ok");
        doctor(Map.of("WEIR_ADMIN_TOKEN", "file:" + file), url());
        doctor(Map.of("WEIR_ADMIN_TOKEN", "env:OTHER", "OTHER", "from-other"), url());
        doctor(Map.of(), "--token", "file:" + file, url());
        assertThat(authorizations)
                .containsExactly("Bearer from-file", "Bearer from-other", "Bearer from-file");
    }

    @Test
    void aTokenThatIsNotThereIsExitCode78AndNobodyIsAsked() {
        assertThat(doctor(Map.of("WEIR_ADMIN_TOKEN", "file:/nowhere/token"), url())).isEqualTo(78);
        assertThat(doctor(Map.of("WEIR_ADMIN_TOKEN", "env:NOT_SET"), url())).isEqualTo(78);
        assertThat(err.toString())
                .contains("the admin token: the file /nowhere/token cannot be read")
                .contains("the admin token: the environment variable NOT_SET is not set");
        assertThat(authorizations).isEmpty();
    }

    /** The relay of the same settings has the same token. */
    @Test
    void withoutAnUrlTheTokenIsThatOfTheConfig() throws Exception {
        Path config = Files.writeString(directory.resolve("weir.yaml"),
                "admin: { port: " + admin.getAddress().getPort() + ", token: token-of-the-config }");
        answer = report("ok");
        doctor(Map.of(), "--config", config.toString());
        doctor(Map.of("WEIR_ADMIN_TOKEN", "token-of-the-environment"),
                "--config", config.toString());
        doctor(Map.of(), "--token", "given", "--config", config.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(authorizations)
                .containsExactly("Bearer token-of-the-config",
                        "Bearer token-of-the-environment", "Bearer given");
    }

    @Test
    void anAddressNeedsNoScheme() {
        answer = report("ok");
        assertThat(doctor(Map.of(), "127.0.0.1:" + admin.getAddress().getPort())).isZero();
    }

    @Test
    void aTokenThatIsNotTakenIsToldApartFromOneThatIsMissing() {
        status = 401;
        assertThat(doctor(Map.of("WEIR_ADMIN_TOKEN", "wrong"), url())).isEqualTo(3);
        assertThat(err.toString()).contains("does not take this admin token")
                .doesNotContain("wrong");
    }

    @Test
    void whoTalksTlsToAPlainPortIsTold() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> refuseOne(plain));
            assertThat(doctor(Map.of(), "https://127.0.0.1:" + plain.getLocalPort())).isEqualTo(3);
        }
        assertThat(err.toString()).hasLineCount(1).contains("admin port speaks http");
    }

    /** As Jetty answers what is not HTTP. */
    private static void refuseOne(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write(
                    "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRedirectIsNotFollowedWithTheToken() {
        admin.createContext("/elsewhere/findings", exchange -> {
            exchange.getResponseHeaders().add("Location", url() + "/findings");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        answer = report("ok");
        assertThat(doctor(Map.of("WEIR_ADMIN_TOKEN", "t"), url() + "/elsewhere")).isEqualTo(3);
        assertThat(err.toString()).contains("it answers 302");
        assertThat(authorizations).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"401, '', WEIR_ADMIN_TOKEN", "503, '', it answers 503", "200, '{}', not a relay",
        "200, '<html>', not a relay"})
    void anAnswerThatIsNoReportIsExitCodeThree(int code, String body, String told) {
        status = code;
        answer = body;
        assertThat(doctor(Map.of(), url())).isEqualTo(3);
        assertThat(err.toString()).contains(told);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aRelayThatCannotBeReachedIsExitCodeThree() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(doctor(Map.of(), "http://127.0.0.1:" + free)).isEqualTo(3);
        assertThat(doctor(Map.of(), "file:///etc/hostname")).isEqualTo(3);
        assertThat(doctor(Map.of(), "no url")).isEqualTo(3);
        assertThat(doctor(Map.of(), "--admin-port", String.valueOf(free))).isEqualTo(3);
        assertThat(doctor(Map.of(), "--admin-port", "0")).isEqualTo(3);
        assertThat(doctor(Map.of(), "http://no.such.host.invalid:1")).isEqualTo(3);
        assertThat(err.toString()).hasLineCount(6)
                .contains("Connection refused", "admin.port is 0", "no host has that name");
    }

    @Test
    void withoutAnUrlItAsksTheRelayOfTheSameSettings() {
        answer = report("ok");
        String port = String.valueOf(admin.getAddress().getPort());
        assertThat(doctor(Map.of("WEIR_ADMIN_PORT", port))).isZero();
    }
}
