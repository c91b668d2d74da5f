package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.WebSocketService.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How links are opened: what the service sees, chooses and refuses; and how it is checked. */
class WebSocketHandshakeTest extends ConnectorTesting {

    private static final Deadlines SHORT = new Deadlines(
            Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(5));

    private WebSocketService service;

    @BeforeEach
    void startService() throws Exception {
        service = WebSocketService.start(0);
    }

    @AfterEach
    void stopService() throws Exception {
        service.stop();
    }

    @Override
    protected Connector.Provider provider() {
        return new WebSocketConnector.Provider();
    }

    private Connector connector(String path, Object... more) {
        Map<String, Object> settings = new TreeMap<>(
                Map.of("url", "ws://127.0.0.1:" + service.port() + "/" + path));
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return connector(settings, SHORT);
    }

    private static Caller caller(
            String key, String address, List<String> subprotocols, Map<String, String> headers) {
        return new Caller("session-1", "robots", key, Map.of("key", key), address, subprotocols,
                headers, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Instant.now());
    }

    @Test
    void theServiceSeesWhoTheClientIs() throws Exception {
        Connector connector = connector("echo",
                "headers", List.of("Tenant: blue", "cookie: ours"), "bearer", "s3cret");
        connector.open(caller("grüße", "[::1]:50000", List.of(), Map.of(
                "cookie", "theirs", "origin", "https://example.org",
                "x-forwarded-for", "192.0.2.7", "connection", "close", "host", "elsewhere")));
        Peer peer = service.nextPeer();
        assertThat(peer.headers().get("Weir-Session")).isEqualTo("session-1");
        assertThat(peer.headers().get("Weir-Key")).isEqualTo("gr%C3%BC%C3%9Fe");
        assertThat(peer.headers().get("X-Forwarded-For")).isEqualTo("192.0.2.7, [::1]");
        assertThat(peer.headers().get("traceparent"))
                .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(peer.headers().get("Origin")).isEqualTo("https://example.org");
        assertThat(peer.headers().get("Tenant")).isEqualTo("blue");
        assertThat(peer.headers().get("Authorization")).isEqualTo("Bearer s3cret");
        assertThat(peer.headers().getValuesList("Cookie")).containsExactly("ours");
        assertThat(peer.headers().getValuesList("Connection")).containsExactly("Upgrade");
        assertThat(peer.headers().getValuesList("Host"))
                .containsExactly("127.0.0.1:" + service.port());
    }

    @Test
    void aVariableStaysOneSegmentOfTheUrl() throws Exception {
        Connector connector = connector("echo/{key}/x?key={key}");
        connector.open(caller("a/b c?d&e#%grün", "127.0.0.1:1", List.of(), Map.of()));
        assertThat(service.nextPeer().path())
                .isEqualTo("/echo/a%2Fb%20c%3Fd%26e%23%25gr%C3%BCn/x"
                        + "?key=a%2Fb%20c%3Fd%26e%23%25gr%C3%BCn");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void aKeyThatLeadsToAnotherPathIsRejected(String key) {
        Connector connector = connector("echo/{key}");
        assertThatFailure(() ->
                connector.open(caller(key, "127.0.0.1:1", List.of(), Map.of())))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.REJECTED));
    }

    @Test
    void theServiceChoosesTheSubprotocol() throws Exception {
        service.choice = offered -> offered.subList(1, 2);
        Link link = connector("echo").open(
                caller("key", "127.0.0.1:1", List.of("v1", "v2", "v3"), Map.of()));
        assertThat(link.subprotocol()).isEqualTo("v2");
    }

    @Test
    void aServiceMayChooseNoSubprotocol() throws Exception {
        Link link = connector("echo").open(
                caller("key", "127.0.0.1:1", List.of("v1", "v2"), Map.of()));
        assertThat(link.subprotocol()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, REJECTED", "401, REJECTED", "403, REJECTED", "404, REJECTED", "426, REJECTED",
        "429, BUSY", "503, BUSY", "500, FAILED", "502, FAILED", "504, TIMED_OUT", "302, FAILED",
        "200, FAILED"
    })
    void aRefusedHandshakeSaysWithWhat(String status, Kind kind) {
        assertThatFailure(() -> open(connector(status))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure).hasMessageContaining(status)
                    .hasMessageContaining("under-test: ws://127.0.0.1:" + service.port());
            assertThat(failure.retryAfter()).isEmpty();
        });
    }

    @Test
    void aBusyServiceSaysWhenToComeBack() {
        service.retryAfter = "7";
        assertThatFailure(() -> open(connector("503"))).satisfies(failure ->
                assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @Test
    void moreClientsThanHandshakesAtOnceHaveTheirLinks() throws Exception {
        Connector connector = connector("echo", "handshakes", 4);
        int before = platformThreads();
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            links.add(connector.open(caller("session-" + i, "key")));
        }
        for (Link link : links) {
            link.send(text("hello"));
            assertThat(receive(link).asText()).isEqualTo("hello");
        }
        assertThat(platformThreads() - before).isLessThan(50);
    }

    @Test
    void moreHandshakesThanMayWaitAreNotTried() throws Exception {
        int hanging = keep(BlackHole.open()).port();
        Connector connector = connector(
                Map.of("url", "ws://127.0.0.1:" + hanging + "/", "handshakes", 1), SHORT);
        List<Kind> failures = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Boolean>> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(async(() -> {
                assertThatFailure(() -> openAndSend(connector))
                        .satisfies(failure -> failures.add(failure.kind()));
                return true;
            }));
        }
        for (CompletableFuture<Boolean> client : clients) {
            get(client);
        }
        assertThat(failures).containsOnly(Kind.TIMED_OUT, Kind.NOT_TRIED)
                .filteredOn(Kind.NOT_TRIED::equals).hasSizeBetween(3, 5);
    }

    private static int platformThreads() {
        return Thread.getAllStackTraces().size();
    }

    // The check

    @Test
    void aServiceThatAnswersAPlainGetAtAllIsThere() throws Exception {
        connector("echo", "check-path", "/404").check();
    }

    @Test
    void aServiceThatFailsAtAPlainGetIsNotThere() {
        assertThatFailure(() -> connector("echo", "check-path", "/500").check())
                .satisfies(failure -> {
                    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
                    assertThat(failure).hasMessageContaining("500");
                });
    }

    @Test
    void aConnectionIsEnoughWhereThatIsConfigured() throws Exception {
        Connector connector = connector("echo", "check", "connect", "check-path", "/500");
        connector.check();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(service.connections()).isZero());
        service.stop();
        assertThatFailure(connector::check).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE));
    }

    // Settings

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "http://localhost/     | url: must start with ws:// or wss://",
        "localhost             | url: must start with ws:// or wss://",
        "ws:///path            | url: has no host",
        "ws://{key}.internal/  | url: a variable can be in its path or query, not in its host",
        "ws://host/#a          | url: must have neither a user nor a fragment",
        "ws://me:you@host/     | url: must have neither a user nor a fragment",
        "ws://host/a b         | url: is no URL"
    })
    void aUrlThatIsNoneIsRefused(String url, String message) {
        assertThatThrownBy(() -> connector(Map.of("url", url), SHORT))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "no colon", ": no name", "a b: c", "Upgrade: h2c", "Sec-WebSocket-Key: 1"
    })
    void aHeaderThatIsNoneIsRefused(String header) {
        assertThatThrownBy(() -> connector("echo", "headers", List.of(header)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("headers: ");
    }
}
