package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.WebSocketService.Peer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages and ends; how links are opened is in {@link WebSocketHandshakeTest}. */
class WebSocketConnectorTest extends ConnectorContract {

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

    @Override
    protected int port() {
        return service.port();
    }

    @Override
    protected Map<String, Object> settings(int port) {
        return settings(port, "echo/{key}");
    }

    private static Map<String, Object> settings(int port, String path) {
        return Map.of("url", "ws://127.0.0.1:" + port + "/" + path);
    }

    @Override
    protected void kill() throws Exception {
        service.stop();
    }

    @Override
    protected void restart() throws Exception {
        service = WebSocketService.start(service.port());
    }

    private Link open(String path, Object... more) throws Exception {
        return connector(path, more).open(caller("session-1", "key-1"));
    }

    private Connector connector(String path, Object... more) {
        Map<String, Object> settings = new TreeMap<>(settings(service.port(), path));
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return connector(settings, SHORT);
    }

    // Messages

    @Test
    void fragmentsWithAPingBetweenAreOneMessage() throws Exception {
        Link link = open("mute");
        Peer peer = service.nextPeer();
        peer.send(OpCode.TEXT, false, "gr\u00fc".getBytes(UTF_8));
        peer.send(OpCode.PING, true, "tick".getBytes(UTF_8));
        peer.send(OpCode.CONTINUATION, false, new byte[0]);
        peer.send(OpCode.CONTINUATION, true, "\u00dfe".getBytes(UTF_8));
        assertThat(receive(link).asText()).isEqualTo("grüße");
        await().atMost(PATIENCE).untilAsserted(() ->
                assertThat(peer.controls(OpCode.PONG)).singleElement()
                        .extracting(Frame::getPayload).isEqualTo(ByteBuffer.wrap("tick".getBytes(UTF_8))));
    }

    @Test
    void textThatIsNotUtf8DoesNotComeThrough() throws Exception {
        Link link = open("mute");
        Peer peer = service.nextPeer();
        peer.text("good");
        peer.send(OpCode.TEXT, true, new byte[] {'b', 'a', 'd', (byte) 0xc3});
        assertThat(receive(link).asText()).isEqualTo("good");
        assertThatFailure(link::receive).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.FAILED);
            assertThat(failure).hasMessageContaining("UTF-8");
        });
        assertThat(peer.closed().getCode()).isEqualTo(1007);
    }

    @Test
    void aMessageBeyondTheLimitDoesNotComeThrough() throws Exception {
        Link link = open("mute");
        Peer peer = service.nextPeer();
        byte[] half = new byte[(int) environment(SHORT).messageMax() / 2];
        peer.send(OpCode.BINARY, false, half);
        peer.send(OpCode.CONTINUATION, true, half);
        assertThat(receive(link).length()).isEqualTo(2 * half.length);
        peer.send(OpCode.BINARY, false, half);
        peer.send(OpCode.CONTINUATION, false, half);
        peer.send(OpCode.CONTINUATION, true, new byte[1]);
        assertThatFailure(link::receive).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.FAILED);
            assertThat(failure).hasMessageContaining("16777216");
        });
        assertThat(peer.closed().getCode()).isEqualTo(1009);
    }

    @Test
    void aServiceWhoseMessagesAreNotTakenIsHeldBackAndLosesNone() throws Exception {
        Link link = open("mute", "buffer", 64L << 10, "ping", Duration.ofSeconds(1),
                "pong", Duration.ofSeconds(1));
        Peer peer = service.nextPeer();
        AtomicInteger sent = new AtomicInteger();
        byte[] payload = new byte[256 << 10];
        int count = 200;
        CompletableFuture<Boolean> sender = async(() -> {
            while (sent.get() < count) {
                payload[0] = (byte) sent.get();
                peer.send(OpCode.BINARY, true, payload.clone());
                sent.incrementAndGet();
            }
            return true;
        });
        // Longer than the silence that a service is granted: who is held back is not silent.
        await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(() -> sent.get() < count);
        assertThat(platformThreadsIn(WebSocketLink.class)).isEmpty();
        for (int i = 0; i < count; i++) {
            assertThat(receive(link).payload()[0]).isEqualTo((byte) i);
        }
        assertThat(get(sender)).isTrue();
    }

    @Test
    void aServiceThatSpeaksFirstIsHeardAndHeldBack() throws Exception {
        Connector connector = connector("greet", "buffer", 1L << 10);
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            links.add(connector.open(caller("session-" + i, "key")));
        }
        assertThat(platformThreadsIn(WebSocketLink.class)).isEmpty();
        for (Link link : links) {
            for (int i = 0; i < WebSocketService.GREETINGS; i++) {
                assertThat(receive(link).asText()).isEqualTo("greeting " + i);
            }
        }
    }

    /** A held-back reader waits in that class: on a virtual thread, which is not listed here. */
    private static List<Thread> platformThreadsIn(Class<?> type) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> Arrays.stream(each.getValue())
                        .anyMatch(frame -> frame.getClassName().equals(type.getName())))
                .map(Map.Entry::getKey).toList();
    }

    @Test
    void aServiceThatDoesNotReadHoldsUpItsOwnLinkOnly() throws Exception {
        Connector connector = connector("{key}");
        Link deaf = connector.open(caller("session-1", "deaf"));
        Link echo = connector.open(caller("session-1", "echo"));
        CompletableFuture<Boolean> sender = async(() -> {
            while (true) {
                deaf.send(binary(new byte[1 << 20]));
            }
        });
        while (!sender.isDone()) {
            echo.send(text("still here"));
            assertThat(receive(echo).asText()).isEqualTo("still here");
        }
        assertThatFailure(() -> get(sender)).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT));
        assertThatFailure(deaf::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT));
        assertThatFailure(() -> deaf.send(text("more"))).satisfies(failure ->
                assertThat(failure.mayHaveArrived()).isFalse());
    }

    @Test
    void aServiceThatAnswersNoPingIsLost() throws Exception {
        Link link = open("mute", "ping", Duration.ofSeconds(1), "pong", Duration.ofSeconds(1));
        Peer peer = service.nextPeer();
        assertThatFailure(link::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.LOST));
        assertThat(peer.controls(OpCode.PING)).isNotEmpty();
        assertThat(peer.closed().getCode()).isEqualTo(1006);
    }

    // Ends

    @ParameterizedTest
    @CsvSource({"1000, bye", "1001, ''", "1008, no", "1012, back soon", "4242, grüße", "1005, ''"})
    void theServicesGoodbyeComesAfterItsLastMessage(int code, String reason) throws Exception {
        Link link = open("mute");
        Peer peer = service.nextPeer();
        peer.text("last");
        peer.close(code, reason);
        peer.closed();
        assertThat(receive(link).asText()).isEqualTo("last");
        assertThat(link.receive()).isEqualTo(new Goodbye(code, reason));
        assertThatFailure(() -> link.send(text("late"))).satisfies(failure -> {
            assertThat(failure.mayHaveArrived()).isFalse();
            assertThat(failure.isFailureOfService()).isFalse();
        });
    }

    @ParameterizedTest
    @CsvSource({"1000, bye", "1001, ''", "1008, no", "1012, back soon", "4242, grüße", "1005, ''"})
    void theServiceHearsHowTheClientEnded(int code, String reason) throws Exception {
        Link link = open("mute");
        Peer peer = service.nextPeer();
        link.close(new Goodbye(code, reason));
        await().atMost(PATIENCE).untilAsserted(() -> {
            CloseStatus status = CloseStatus.getCloseStatus(peer.controls(OpCode.CLOSE).getFirst());
            assertThat(status.getCode()).isEqualTo(code);
            assertThat(status.getReason() == null ? "" : status.getReason()).isEqualTo(reason);
        });
    }

    @Test
    void whatWasSentIsReadBeforeTheCloseFrame() throws Exception {
        Link link = open("echo");
        Peer peer = service.nextPeer();
        for (int i = 0; i < 100; i++) {
            link.send(text("message " + i));
        }
        link.close(new Goodbye(1001, ""));
        assertThat(peer.closed().getCode()).isEqualTo(1001);
    }

    @Test
    void aDroppedConnectionIsNoGoodbye() throws Exception {
        Link link = open("mute");
        Peer peer = service.nextPeer();
        peer.text("last");
        peer.send(OpCode.TEXT, false, "half".getBytes(UTF_8));
        peer.abort();
        assertThat(receive(link).asText()).isEqualTo("last");
        assertThatFailure(link::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.LOST));
        assertThatFailure(() -> link.send(text("late"))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(failure.mayHaveArrived()).isFalse();
        });
    }

    @Test
    void aServiceThatDoesNotAnswerTheCloseFrameIsDropped() throws Exception {
        Link link = open("deaf", "close", Duration.ofSeconds(1));
        service.nextPeer();
        assertThat(Inventory.take(service.port()).connections()).isOne();
        link.close(Goodbye.NORMAL);
        await().atMost(PATIENCE).untilAsserted(() ->
                assertThat(Inventory.take(service.port()).connections()).isZero());
    }

    @Test
    void anInterruptedSendLeavesTheLinkInOrder() throws Exception {
        Link link = open("deaf");
        CompletableFuture<Boolean> sender = async(() -> {
            while (true) {
                Thread sending = Thread.currentThread();
                CompletableFuture<Boolean> interrupter = async(() -> {
                    sending.interrupt();
                    return true;
                });
                link.send(binary(new byte[4 << 20]));
                get(interrupter);
            }
        });
        assertThatThrownBy(() -> get(sender)).isInstanceOf(InterruptedException.class);
        link.close(Goodbye.GOING_AWAY);
    }
}
