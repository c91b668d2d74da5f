package dev.weir.e2e;

import static dev.weir.e2e.Example.received;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example for the connector to WebSocket servers, with its worker and real clients. */
@ExtendWith(Peers.Shared.class)
final class WebSocketExampleTest {

    private static final int SERVICE = freePort();

    private static Example example;

    @BeforeAll
    static void start() throws Exception {
        example = Example.start(Example.configuration("websocket", 8001, SERVICE));
    }

    @AfterAll
    static void stop() throws Exception {
        if (example != null) {
            example.stop();
        }
    }

    @Test
    void anOrdinaryWebSocketServerServesEachClient(Peers peers) throws Exception {
        try (var _ = worker()) {
            for (var kind : List.of(PeerKind.WS, PeerKind.WEBSOCKETS)) {
                var client = example.connect(peers, kind, "/robots/r2");
                client.send(Message.text("beep"));
                assertThat(client.inbox().awaitMessages(2)).isEqualTo(received(
                        "hello, r2", "BEEP"));
                client.close(1000, "");
                client.inbox().awaitClosed();
            }
        }
    }

    @Test
    void theWorkersSubprotocolAndCloseCodeAreTheClients(Peers peers) throws Exception {
        try (var _ = worker()) {
            var client = example.dial(
                    peers, PeerKind.WS, "/robots/r2", "robots.v2", "robots.v1");
            assertThat(client.inbox().awaitHandshake())
                    .isInstanceOfSatisfying(Inbox.Opened.class, opened ->
                            assertThat(opened.subprotocol()).isEqualTo("robots.v1"));
            client.send(Message.text("bye"));
            var closed = client.inbox().awaitClosed();
            assertThat(closed.code()).isEqualTo(4001);
            assertThat(closed.reason()).isEqualTo("see you");
        }
    }

    @Test
    void aClientStaysWhileItsWorkerIsKilledAndComesBack(Peers peers) throws Exception {
        Peer.Connection client;
        try (var _ = worker()) {
            client = example.connect(peers, PeerKind.WS, "/robots/c3");
            client.send(Message.text("before"));
            assertThat(client.inbox().awaitMessages(2)).isEqualTo(received(
                    "hello, c3", "BEFORE"));
        } // kill -9
        try (var _ = worker()) {
            assertThat(client.inbox().awaitMessages(3).getLast())
                    .isEqualTo(Message.text("hello, c3").asReceived());
            client.send(Message.text("after"));
            assertThat(client.inbox().awaitMessages(4).getLast())
                    .isEqualTo(Message.text("AFTER").asReceived());
            client.close(1000, "");
            client.inbox().awaitClosed();
        }
    }

    @Test
    void aClientIsRefusedWhileNoWorkerIsThere(Peers peers) throws Exception {
        var client = example.dial(peers, PeerKind.WS, "/robots/r2");
        assertThat(client.inbox().awaitHandshake())
                .isInstanceOfSatisfying(Inbox.Refused.class, refused ->
                        assertThat(refused.status()).isIn(502, 503));
    }

    private static ExampleWorker worker() throws Exception {
        return ExampleWorker.python("websocket", "websockets", "127.0.0.1:" + SERVICE);
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
