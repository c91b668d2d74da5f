package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A route whose workers are a WebSocket server: what its clients see, and what the server does. */
class WebSocketServiceTest {

    private static final String NO_DEADLINES = "write-deadline: 1h";

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private Backend backend;

    @BeforeEach
    void startBackend() throws IOException {
        backend = Backend.start();
    }

    @AfterEach
    void stopBackend() throws IOException {
        backend.close();
    }

    private void route() {
        route("");
    }

    private void route(String settings, String... more) {
        List<String> lines = new ArrayList<>(List.of(
                "connector: { type: websocket, check: connect, url: '"
                        + backend.url("/work/{key}") + "'" + settings + " }"));
        lines.addAll(List.of(more));
        weir.served(lines.toArray(String[]::new));
    }

    /** The port may belong to a connection of the last one for another moment. */
    private static Backend restarted(int port) {
        return soon().ignoreException(BindException.class)
                .until(() -> Backend.start(port), Objects::nonNull);
    }

    // The handshake

    @Test
    void eachClientHasAConnectionOfItsOwn() throws Exception {
        route();
        RawPeer one = weir.client("one");
        Backend.Connection first = backend.next();
        RawPeer two = weir.client("two");
        Backend.Connection second = backend.next();
        assertThat(first.path()).isEqualTo("/work/one");
        assertThat(second.path()).isEqualTo("/work/two");
        first.peer().text("for one");
        second.peer().text("for two");
        assertThat(one.text()).isEqualTo("for one");
        assertThat(two.text()).isEqualTo("for two");
    }

    @Test
    void theServiceSeesWhoTheClientIs() throws Exception {
        route("", "forward-headers: [cookie]");
        RawPeer client = weir.dial("/client/a%20b")
                .header("Cookie: token=1").header("Authorization: none of its business")
                .header("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .open();
        Backend.Connection connection = backend.next();
        assertThat(connection.path()).isEqualTo("/work/a%20b");
        assertThat(connection.headers().header("Weir-Session")).isEqualTo(client.id());
        assertThat(connection.headers().header("Weir-Key")).isEqualTo("a%20b");
        assertThat(connection.headers().header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(connection.headers().header("Cookie")).isEqualTo("token=1");
        assertThat(connection.headers().header("Authorization")).isEmpty();
        assertThat(connection.headers().header("traceparent"))
                .startsWith("00-0af7651916cd43dd8448eb211c80319c-");
    }

    @Test
    void theServiceChoosesTheSubprotocolOfTheClient() throws Exception {
        route();
        backend.subprotocol = "v2";
        RawPeer client = weir.dial("/client/a").subprotocols("v1, v2, v3").open();
        assertThat(backend.next().headers().header("Sec-WebSocket-Protocol"))
                .isEqualTo("v1, v2, v3");
        assertThat(client.answer().header("Sec-WebSocket-Protocol")).isEqualTo("v2");
    }

    @Test
    void aServiceThatChoosesNoSubprotocolLeavesTheClientWithoutOne() throws Exception {
        route();
        RawPeer client = weir.dial("/client/a").subprotocols("v1, v2").open();
        backend.next();
        assertThat(client.answer().header("Sec-WebSocket-Protocol")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "401 Unauthorized, 502, the service of this route refused this client",
        "403 Forbidden, 502, the service of this route refused this client",
        "404 Not Found, 502, the service of this route refused this client",
        "500 Oops, 502, the service of this route failed",
        "503 Busy, 503, the service of this route is failing and not asked for now",
        "504 Late, 504, the service of this route did not answer in time"
    })
    void aClientThatTheServiceRefusesIsRefused(String refusal, int status, String reason)
            throws Exception {
        route();
        backend.refusal = refusal;
        HttpAnswer answer = weir.dial("/client/a").answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.reason()).isEqualTo(reason);
    }

    @Test
    void aServiceThatIsDownRefusesItsClientsUntilItIsBack() throws Exception {
        route("", "on-worker-lost: close");
        int port = backend.port();
        backend.close();
        HttpAnswer answer = weir.dial("/client/a").answer();
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.reason()).isEqualTo("the service of this route failed");
        backend = restarted(port);
        RawPeer client = weir.client("a");
        backend.next().peer().text("back");
        assertThat(client.text()).isEqualTo("back");
    }

    // Messages

    @Test
    void messagesPassBothWaysAsTheyAre() throws Exception {
        route();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        client.text("hello").binary(new byte[] {1, 2, 3}).text("").binary(new byte[0]);
        client.part(false, Frame.TEXT, "gr\u00fc").part(true, Frame.CONTINUATION, "\u00dfe");
        assertThat(service.text()).isEqualTo("hello");
        assertThat(service.binary()).containsExactly(1, 2, 3);
        assertThat(service.text()).isEmpty();
        assertThat(service.binary()).isEmpty();
        assertThat(service.text()).isEqualTo("grüße");
        service.text("hello").binary(new byte[] {1, 2, 3}).text("").binary(new byte[0]);
        service.part(false, Frame.TEXT, "gr\u00fc").part(true, Frame.CONTINUATION, "\u00dfe");
        assertThat(client.text()).isEqualTo("hello");
        assertThat(client.binary()).containsExactly(1, 2, 3);
        assertThat(client.text()).isEmpty();
        assertThat(client.binary()).isEmpty();
        assertThat(client.text()).isEqualTo("grüße");
    }

    @Test
    void aLargeMessagePassesBothWays() throws Exception {
        route("", "message: { limit: 8MiB }");
        byte[] large = new byte[8 * 1024 * 1024];
        new Random(1).nextBytes(large);
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        CompletableFuture<Void> sent = client.sending(() -> client.binary(large));
        assertThat(service.binary()).isEqualTo(large);
        assertThat(sent).succeedsWithin(RawPeer.PATIENCE);
        service.sending(() -> service.binary(large));
        assertThat(client.binary()).isEqualTo(large);
    }

    @Test
    void aMessageBeyondTheLimitIsTheServicesFault() throws Exception {
        route("", "message: { limit: 100KiB }");
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        service.binary(new byte[100 * 1024 + 1]);
        assertThat(client.end()).isEqualTo("1014 the service failed");
        assertThat(service.end()).startsWith("1009 ");
    }

    @Test
    void textThatIsNotUtf8IsTheServicesFault() throws Exception {
        route();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        service.send(Frame.of(true, Frame.TEXT, new byte[] {(byte) 0xff}));
        assertThat(client.end()).isEqualTo("1014 the service failed");
        assertThat(service.end()).startsWith("1007 ");
    }

    @Test
    void aServiceThatDoesNotReadHoldsUpItsOwnClientOnly() throws Exception {
        route(", deadlines: { send: 1m }, socket-buffer: 64KiB",
                NO_DEADLINES, "queue: { messages: 100, bytes: 128KiB, stall: 1h }");
        backend.reading = false;
        RawPeer held = weir.client("held");
        RawPeer slow = backend.next().peer();
        backend.reading = true;
        RawPeer other = weir.client("other");
        RawPeer quick = backend.next().peer();
        int count = 2000;
        CompletableFuture<Void> sent = held.sending(() -> {
            for (int i = 0; i < count; i++) {
                held.text(i + " " + "x".repeat(10_000));
            }
        });
        soon().until(() -> weir.blocked(held));
        for (int i = 0; i < 100; i++) {
            other.text("ping " + i);
            assertThat(quick.text()).isEqualTo("ping " + i);
        }
        assertThat(sent).isNotDone();
        slow.read();
        for (int i = 0; i < count; i++) {
            assertThat(slow.text()).startsWith(i + " ");
        }
        assertThat(sent).succeedsWithin(RawPeer.PATIENCE);
    }

    @Test
    void aClientThatDoesNotReadHoldsUpItsOwnConnectionToTheServiceOnly() throws Exception {
        route(", buffer: 64KiB, socket-buffer: 64KiB",
                NO_DEADLINES, "queue: { messages: 100, bytes: 128KiB, stall: 1h }");
        RawPeer slow = weir.dial("/client/slow").stalled().open();
        RawPeer held = backend.next().peer();
        RawPeer quick = weir.client("other");
        RawPeer other = backend.next().peer();
        int count = 2000;
        AtomicInteger written = new AtomicInteger();
        CompletableFuture<Void> sent = held.sending(() -> {
            for (int i = 0; i < count; i++) {
                held.text(i + " " + "x".repeat(10_000));
                written.incrementAndGet();
            }
        });
        for (int i = 0; i < 100; i++) {
            other.text("ping " + i);
            assertThat(quick.text()).isEqualTo("ping " + i);
        }
        assertThat(sent).isNotDone();
        assertThat(written).hasValueLessThan(count);
        slow.read();
        for (int i = 0; i < count; i++) {
            assertThat(slow.text()).startsWith(i + " ");
        }
        assertThat(sent).succeedsWithin(RawPeer.PATIENCE);
    }

    // Ends

    @ParameterizedTest
    @MethodSource("dev.weir.CloseTest#closes")
    void whatTheServiceSaysWhenItClosesIsPassedOn(Frame close) throws Exception {
        route();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        service.text("last words").send(close);
        assertThat(client.text()).isEqualTo("last words");
        assertThat(client.end()).isEqualTo(close.asClose());
    }

    @ParameterizedTest
    @MethodSource("dev.weir.CloseTest#closes")
    void whatTheClientSaysWhenItClosesIsPassedOn(Frame close) throws Exception {
        route();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        client.text("first words");
        assertThat(service.text()).isEqualTo("first words");
        client.text("last words").send(close);
        assertThat(service.text()).isEqualTo("last words");
        assertThat(service.end()).isEqualTo(close.asClose());
    }

    @Test
    void whatTheServiceSaysCountsAlsoWhenTheClientIsStillSending() throws Exception {
        route();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        client.sending(() -> {
            for (int i = 0; i < 10_000; i++) {
                client.text("more " + i);
            }
        });
        service.text();
        service.send(Frame.close(4001, "enough"));
        assertThat(client.end()).isEqualTo("4001 enough");
    }

    @Test
    void aClientThatVanishesIsGoneForTheServiceToo() throws Exception {
        route();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        client.reset();
        // Without a reason when the client was gone before its link was in use.
        assertThat(service.end()).startsWith("1001");
    }

    // A service that is lost

    @Test
    void aClientIsClosedWhenItsServiceIsLost() throws Exception {
        route("", "on-worker-lost: close");
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        service.text("last words").part(false, Frame.TEXT, "half a mess").close();
        assertThat(client.text()).isEqualTo("last words");
        assertThat(client.end()).isEqualTo("1014 the service failed");
    }

    @Test
    void aClientStaysWhenItsServiceComesBack() throws Exception {
        // However long it is away, the breaker does not end the wait.
        route(", breaker: { size: 1000, minimum-calls: 1000 }", "on-worker-lost: wait");
        int port = backend.port();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        client.text("before");
        assertThat(service.text()).isEqualTo("before");
        backend.close();
        backend = restarted(port);
        RawPeer again = backend.next().peer();
        client.text("after");
        assertThat(again.text()).isEqualTo("after");
        again.text("still here");
        assertThat(client.text()).isEqualTo("still here");
    }

    @Test
    void whatAWaitingClientSendsReachesTheServiceThatComesBack() throws Exception {
        route(", retry: { backoff: 50ms, backoff-limit: 200ms }",
                "on-worker-lost: wait", "when-open: wait");
        int port = backend.port();
        RawPeer client = weir.client("a");
        RawPeer service = backend.next().peer();
        backend.close();
        assertThat(service.end()).isNotEmpty();
        // What is sent before the relay has seen the end may have reached the old connection.
        soon().until(() -> weir.admin("/connectors").json().path(0).path("lastError").isObject());
        for (int i = 0; i < 20; i++) {
            client.text("message " + i);
        }
        backend = restarted(port);
        RawPeer again = backend.next().peer();
        for (int i = 0; i < 20; i++) {
            assertThat(again.text()).isEqualTo("message " + i);
        }
    }

    @Test
    void aServiceThatIsSilentIsFoundAndReplaced() throws Exception {
        route(", ping: 1s, pong: 1s", "on-worker-lost: wait");
        backend.reading = false; // answers no ping
        RawPeer client = weir.client("a");
        backend.next();
        backend.reading = true;
        RawPeer again = backend.next().peer();
        client.text("to the second");
        assertThat(again.text()).isEqualTo("to the second");
    }
}
