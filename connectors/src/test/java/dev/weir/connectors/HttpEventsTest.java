package dev.weir.connectors;

import static dev.weir.connectors.HttpDial.caller;
import static dev.weir.connectors.HttpDial.failure;
import static dev.weir.connectors.HttpDial.received;
import static dev.weir.connectors.HttpDial.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.LinkException.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service is sent. */
@Timeout(60)
final class HttpEventsTest {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final HttpDial dial = new HttpDial();
    private HttpService service;

    @BeforeEach
    void start() throws Exception {
        service = HttpService.start(call -> call.answer(204));
    }

    @AfterEach
    void stop() {
        dial.close();
        service.close();
    }

    private HttpService.Call theCall() {
        assertThat(service.calls()).hasSize(1);
        return service.calls().getFirst();
    }

    @Test
    void aMessageIsPostedAsACloudEventInBinaryMode() throws Exception {
        Link link = dial.connector(service.url("/robots/{robot}?for={robot}"), Map.of())
                .open(caller("r 2", Map.of()));
        link.send(Message.outgoing("m-1", true, "hello".getBytes(UTF_8), HttpDial.NOW, TRACE));

        HttpService.Call call = theCall();
        assertThat(call.method()).isEqualTo("POST");
        assertThat(call.path()).isEqualTo("/robots/r%202?for=r%202");
        assertThat(call.text()).isEqualTo("hello");
        assertThat(call.header("content-type")).isEqualTo("text/plain;charset=utf-8");
        assertThat(call.header("ce-specversion")).isEqualTo("1.0");
        assertThat(call.header("ce-id")).isEqualTo("m-1");
        assertThat(call.header("ce-source")).isEqualTo("/weir/n1/robots");
        assertThat(call.header("ce-type")).isEqualTo("dev.weir.message");
        assertThat(call.header("ce-time")).isEqualTo("2026-11-22T10:00:00Z");
        assertThat(call.header("ce-subject")).isEqualTo("r%202");
        assertThat(call.header("ce-weirsession")).isEqualTo("s-1");
        assertThat(call.header("ce-weirkey")).isEqualTo("r%202");
        assertThat(call.header("ce-weirroute")).isEqualTo("robots");
        assertThat(call.header("ce-weiraddress")).isEqualTo("192.0.2.7:4711");
        assertThat(call.header("traceparent")).isEqualTo(TRACE);
        assertThat(call.header("accept-encoding")).isEmpty();
    }

    @Test
    void binaryIsAnOctetStream() throws Exception {
        byte[] bytes = {0, 1, (byte) 0xff};
        dial.connector(service.url("/"), Map.of()).open(caller())
                .send(Message.outgoing("m-1", false, bytes, HttpDial.NOW, null));

        assertThat(theCall().header("content-type")).isEqualTo("application/octet-stream");
        assertThat(theCall().body()).isEqualTo(bytes);
    }

    @Test
    void textHasTheContentTypeThatIsConfigured() throws Exception {
        dial.connector(service.url("/"), Map.of("text-type", "application/json"))
                .open(caller()).send(text("{}"));

        assertThat(theCall().header("content-type")).isEqualTo("application/json");
    }

    @Test
    void headersOfTheConfigurationWinOverTheClientsAndOursOverBoth() throws Exception {
        Map<String, String> forwarded = Map.of(
                "authorization", "Basic of-the-client",
                "cookie", "id=7",
                "x-tenant", "of-the-client",
                "ce-id", "forged",
                "content-length", "4000",
                "transfer-encoding", "chunked",
                "sec-websocket-key", "secret",
                "connection", "upgrade",
                "host", "elsewhere");
        dial.connector(service.url("/"),
                        Map.of("headers", List.of("X-Tenant: blue", "X-Empty-Not:  a b "),
                                "token", "s3cret"))
                .open(caller("r2", forwarded)).send(text("hello"));

        HttpService.Call call = theCall();
        assertThat(call.header("authorization")).isEqualTo("Bearer s3cret");
        assertThat(call.header("cookie")).isEqualTo("id=7");
        assertThat(call.header("x-tenant")).isEqualTo("blue");
        assertThat(call.header("x-empty-not")).isEqualTo("a b");
        assertThat(call.header("ce-id")).isNotEqualTo("forged");
        assertThat(call.header("content-length")).isEqualTo("5");
        assertThat(call.header("sec-websocket-key")).isEmpty();
        assertThat(call.header("host")).isEqualTo("127.0.0.1:" + service.port());
    }

    @Test
    void noEventsButMessagesAreSentByDefault() throws Exception {
        Connector connector = dial.connector(service.url("/"), Map.of());
        connector.open(caller()).close(Goodbye.NORMAL);

        assertThat(service.calls()).isEmpty();
        assertThat(connector.opensAtService()).isFalse();
    }

    @Test
    void comingAndGoingAreEventsToo() throws Exception {
        Connector connector = dial.connector(
                service.url("/"), Map.of("events", List.of("connected", "disconnected")));
        Link link = connector.open(caller());
        link.close(new Goodbye(4001, "bye bye"));
        link.close(Goodbye.NORMAL);

        assertThat(connector.opensAtService()).isTrue();
        assertThat(service.calls()).hasSize(2);
        HttpService.Call connected = service.calls().get(0);
        assertThat(connected.header("ce-type")).isEqualTo("dev.weir.connected");
        assertThat(connected.header("ce-time")).isEqualTo("2026-11-22T09:59:59Z");
        assertThat(connected.body()).isEmpty();
        HttpService.Call gone = service.calls().get(1);
        assertThat(gone.header("ce-type")).isEqualTo("dev.weir.disconnected");
        assertThat(gone.header("ce-weircode")).isEqualTo("4001");
        assertThat(gone.header("ce-weirreason")).isEqualTo("bye%20bye");
    }

    @Test
    void theAnswerToConnectedIsTheFirstMessage() throws Exception {
        service.becomes(call -> call.answer(200, "welcome"));
        Link link = dial.connector(service.url("/"), Map.of("events", List.of("connected")))
                .open(caller());

        assertThat(received(link)).isEqualTo("welcome");
    }

    @Test
    void aServiceCanRefuseAClientWhenItConnects() throws Exception {
        service.becomes(call -> call.answer(403));
        Connector connector =
                dial.connector(service.url("/"), Map.of("events", List.of("connected")));

        LinkException failure = failure(() -> connector.open(caller()));

        assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
        assertThat(failure).hasMessage("orders: http://127.0.0.1:" + service.port()
                + ": the message was answered 403 Forbidden");
    }

    @Test
    void aLinkClosesEvenIfTheServiceDoesNotHearOfIt() throws Exception {
        Link link = dial.connector(service.url("/"), Map.of("events", List.of("disconnected")),
                HttpDial.seconds(1)).open(caller());
        service.becomes(call -> service.hang());

        link.close(Goodbye.NORMAL);

        assertThat(service.calls()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a%2Fb", "a?b#c, a%3Fb%23c", "ä€, %C3%A4%E2%82%AC", "%2e%2e, %252e%252e", "..a, ..a"
    })
    void aKeyStaysOneSegmentOfThePath(String key, String segment) throws Exception {
        // The service says what it was asked for, if its own parser takes it.
        Link link = dial.connector(service.url("/robots?{robot}"), Map.of())
                .open(caller(key, Map.of()));
        link.send(text("hello"));

        assertThat(theCall().path()).isEqualTo("/robots?" + segment);
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void aKeyThatIsAPathIsRefused(String key) {
        Connector connector = dial.connector(service.url("/robots/{robot}/do"), Map.of());

        assertThat(failure(() -> connector.open(caller(key, Map.of()))).kind())
                .isEqualTo(Kind.REJECTED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ftp://host/ | url: ",
        "http://{robot}.example.com/ | url: ",
        "http://user:secret@host/ | url: ",
        "/relative | url: "
    })
    void anUnfitUrlIsAMistakeInTheConfiguration(String url, String message) {
        assertThatThrownBy(() -> dial.connector(url, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "no colon", "X: ", ": y", "X Y: z", "X: a\r\nB: c", "Host: x", "ce-id: x",
        "Content-Length: 4"
    })
    void anUnfitHeaderIsAMistakeInTheConfiguration(String header) {
        assertThatThrownBy(() ->
                dial.connector(service.url("/"), Map.of("headers", List.of(header))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("headers: ");
    }

    @Test
    void otherMistakesAreNamedByTheirKeyToo() {
        assertThatThrownBy(() -> dial.connector(service.url("/"), Map.of("events", List.of("x"))))
                .hasMessageStartingWith("events: ");
        assertThatThrownBy(() -> dial.connector(service.url("/"), Map.of("validate", true)))
                .hasMessageStartingWith("origin: ");
        assertThatThrownBy(() -> dial.connector(service.url("/{robot}"),
                Map.of("validate", true, "origin", "weir.example.com")))
                .hasMessageStartingWith("validate: ");
        assertThatThrownBy(() -> dial.connector(service.url("/"), Map.of("ca", "/no/such/file")))
                .hasMessageStartingWith("ca: ");
        assertThatThrownBy(() ->
                dial.connector(service.url("/"), Map.of("health", "http://host/{robot}")))
                .hasMessageStartingWith("health: ");
    }

    @Test
    void theCheckAsksWithoutAMessage() throws Exception {
        Connector connector = dial.connector(service.url("/a/b/{robot}/c"), Map.of());
        connector.check();
        assertThat(theCall().method()).isEqualTo("OPTIONS");
        assertThat(theCall().path()).isEqualTo("/a/b/");

        for (int status : new int[] {404, 405, 501}) {
            service.becomes(call -> call.answer(status));
            connector.check();
        }
        for (int status : new int[] {500, 502, 503, 504}) {
            service.becomes(call -> call.answer(status));
            assertThat(failure(connector::check).isFailureOfService()).isTrue();
        }
    }

    @Test
    void theCheckAsksTheHealthUrlWhereThereIsOne() throws Exception {
        Connector connector =
                dial.connector(service.url("/"), Map.of("health", service.url("/health")));
        connector.check();
        assertThat(theCall().method() + " " + theCall().path()).isEqualTo("GET /health");

        service.becomes(call -> call.answer(404));
        assertThat(failure(connector::check).isFailureOfService()).isTrue();
    }
}
