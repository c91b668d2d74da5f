package dev.weir.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

class AdminServerTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.250Z");

    private final List<String> closed = new ArrayList<>();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Semaphore slow = new Semaphore(0);
    private AdminServer admin;
    private HttpCalls http;

    record Thing(String id, Instant since, long bytes) {}

    private static final class Unwritable extends AbstractList<String> {

        @Override
        public String get(int index) {
            throw new IllegalStateException("secret");
        }

        @Override
        public int size() {
            return 1;
        }
    }

    AdminServerTest() throws IOException {
        admin = AdminServer.start("127.0.0.1", 0, List.of(
                new Endpoint("GET", "/things", request -> Answer.ok(request.query())),
                new Endpoint("GET", "/things/{id}", request -> Answer.ok(
                        new Thing(request.variables().get("id") + "", NOON, 7))),
                new Endpoint("DELETE", "/things/{id}", request -> {
                    closed.add(request.variables().get("id") + "");
                    return Answer.noContent();
                }),
                new Endpoint("GET", "/thread", request ->
                        Answer.ok(Thread.currentThread().isVirtual())),
                new Endpoint("GET", "/throws", request -> {
                    throw new IllegalStateException("secret");
                }),
                new Endpoint("GET", "/unwritable", request -> Answer.ok(new Unwritable())),
                new Endpoint("GET", "/slow", request -> {
                    slow.acquireUninterruptibly();
                    return Answer.ok("done");
                })), new Health());
        http = new HttpCalls(admin.port());
    }

    @BeforeEach
    void listenToTheLog() {
        Logger log = (Logger) LoggerFactory.getLogger("dev.weir.ops.admin");
        logged.start();
        log.addAppender(logged);
        log.setAdditive(false);
    }

    @AfterEach
    void stop() {
        slow.release(1000);
        http.close();
        admin.close();
        Logger log = (Logger) LoggerFactory.getLogger("dev.weir.ops.admin");
        log.detachAppender(logged);
        log.setAdditive(true);
    }

    @Test
    void aRecordIsAnsweredAsJsonWithIsoTimes() {
        HttpResponse<String> answer = http.get("/things/a1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.body())
                .isEqualTo("{\"id\":\"a1\",\"since\":\"2026-11-22T12:00:00.250Z\",\"bytes\":7}");
    }

    @Test
    void variablesAndQueryReachTheHandlerDecoded() {
        assertThat(http.get("/things/a%20%C3%A9").body()).contains("\"id\":\"a é\"");
        assertThat(JSON.readTree(http.get("/things?key=a%20b&key=second&empty=").body()))
                .isEqualTo(JSON.readTree("{\"key\":\"a b\",\"empty\":\"\"}"));
    }

    @Test
    void handlersRunOnPlatformThreadsSoThatTheyAnswerWhenNoVirtualThreadRuns() {
        assertThat(http.get("/thread").body()).isEqualTo("false");
    }

    @Test
    void headIsAnsweredLikeGetWithoutABody() {
        HttpResponse<String> answer = http.call("HEAD", "/things/a1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aDeleteIsAnsweredWith204() {
        assertThat(http.call("DELETE", "/things/a1").statusCode()).isEqualTo(204);
        assertThat(closed).containsExactly("a1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/things/a/b", "/things/", "/playground/nothing.js"})
    void anUnknownPathIs404WithAReason(String path) {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(answer.body()).get("reason").asString()).contains("nothing here");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "POST   | /things/a1   | DELETE, GET, HEAD",
        "PUT    | /livez       | GET, HEAD",
        "DELETE | /playground/ | GET, HEAD",
    })
    void aWrongMethodIs405AndNamesTheRightOnes(String method, String path, String allowed) {
        HttpResponse<String> answer = http.call(method, path);

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains(allowed);
        assertThat(JSON.readTree(answer.body()).has("reason")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"/throws, an admin request failed", "/unwritable, cannot be written as JSON"})
    void whatFailsInsideIs500AndTheLogAloneKnowsWhy(String path, String line) {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(JSON.readTree(answer.body()).has("reason")).isTrue();
        assertThat(answer.body()).doesNotContain("secret", "Exception", "\tat ");
        assertThat(logged.list).singleElement().satisfies(event -> {
            assertThat(event.getFormattedMessage()).contains(line);
            assertThat(event.getThrowableProxy()).isNotNull();
        });
    }

    @Test
    void aRequestWithABodyIsRefused() throws IOException {
        assertThat(http.raw("DELETE /things/a HTTP/1.1", "Host: localhost", "Content-Length: 5"))
                .startsWith("HTTP/1.1 413");
        assertThat(http.raw(
                        "GET /things HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked"))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void headersThatAreTooLongAreRefusedAsJson() throws IOException {
        String answer = http.raw(
                "GET /things HTTP/1.1", "Host: localhost", "X-Long: " + "x".repeat(9000));

        assertThat(answer).startsWith("HTTP/1.1 431").contains("application/json", "\"reason\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /things HTTP/1.1|NoColon", "GET /%zz HTTP/1.1|Host: localhost"})
    void aMalformedRequestIs400AsJson(String lines) throws IOException {
        assertThat(http.raw(lines.split("\\|")))
                .startsWith("HTTP/1.1 400")
                .contains("application/json", "\"reason\"")
                .doesNotContain("Exception", "jetty", "Server:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1:9090", "LOCALHOST:1", "[::1]:9090"})
    void aLoopbackHostIsServed(String host) throws IOException {
        assertThat(http.raw("GET /things HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9090", "192.168.0.7",
        "[::2]"
    })
    void aNameThatWasReboundToLoopbackIsRefusedWith421(String host) throws IOException {
        assertThat(http.raw("GET /things HTTP/1.1", "Host: " + host))
                .startsWith("HTTP/1.1 421").contains("\"reason\"");
        assertThat(http.raw("GET /playground/ HTTP/1.1", "Host: " + host))
                .startsWith("HTTP/1.1 421");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "http://evil.example", "null", "https://localhost:{port}", "http://localhost:1"
    })
    void aForeignPageCannotChangeAnything(String origin) throws IOException {
        String answer = http.raw("DELETE /things/a1 HTTP/1.1", "Host: localhost:" + admin.port(),
                "Origin: " + origin.replace("{port}", "" + admin.port()));

        assertThat(answer).startsWith("HTTP/1.1 403").contains("\"reason\"");
        assertThat(closed).isEmpty();
    }

    @Test
    void ourOwnPageCanChangeSomething() throws IOException {
        String host = "localhost:" + admin.port();

        assertThat(http.raw(
                        "DELETE /things/a1 HTTP/1.1", "Host: " + host, "Origin: http://" + host))
                .startsWith("HTTP/1.1 204");
        assertThat(closed).containsExactly("a1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/things", "/nothing", "/livez", "/throws", "/playground/", "/"})
    void everyAnswerCarriesTheSafeHeaders(String path) {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(answer.headers().firstValue("cache-control").orElse("")).startsWith("no-");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(answer.headers().firstValue("server")).isEmpty();
    }

    @Test
    void moreRequestsAtOnceThanTheLimitAreTold503() throws Exception {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> statuses = new ArrayList<>();
            for (int i = 0; i < 17; i++) {
                statuses.add(callers.submit(() -> http.get("/slow").statusCode()));
            }
            await().until(() -> statuses.stream().anyMatch(Future::isDone));
            assertThat(http.get("/livez").headers().firstValue("retry-after")).contains("1");
            slow.release(16);

            List<Integer> all = new ArrayList<>();
            for (Future<Integer> status : statuses) {
                all.add(status.get());
            }
            assertThat(all).containsOnlyOnce(503).containsOnly(200, 503);
        }
        assertThat(http.get("/things").statusCode()).as("places come back").isEqualTo(200);
    }

    @Test
    void aTakenPortIsToldInOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> AdminServer.start(
                            "127.0.0.1", taken.getLocalPort(), List.of(), new Health()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("admin: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use");
        }
    }

    @Test
    void withoutATokenItListensOnLoopbackOnly() {
        assertThatThrownBy(() -> AdminServer.start("0.0.0.0", 0, List.of(), new Health()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback only");
    }

    @Test
    void twoEndpointsOfOnePathAndMethodAreAMistake() {
        Endpoint endpoint = new Endpoint("GET", "/livez", request -> Answer.noContent());

        assertThatThrownBy(() -> AdminServer.start(
                        "127.0.0.1", 0, List.of(endpoint), new Health()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GET /livez");
    }

    @Test
    void aClosedServerListensNoMore() {
        int port = admin.port();
        admin.close();
        admin.close();

        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }
}
