package dev.weir.e2e;

import static dev.weir.e2e.Example.received;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example for the connector to HTTP services, with its worker and a client. */
@ExtendWith(Peers.Shared.class)
final class HttpExampleTest {

    private static final int SERVICE = freePort();
    private static final int API = freePort();

    private static Example example;

    @BeforeAll
    static void start() throws Exception {
        example = Example.start(Example.configuration("http", 8000, SERVICE)
                .replace("port: 9091", "port: " + API));
    }

    @AfterAll
    static void stop() throws Exception {
        if (example != null) {
            example.stop();
        }
    }

    @Test
    void aWorkerGreetsAnswersAndPushesWhenItLikes(Peers peers) throws Exception {
        try (var _ = ExampleWorker.python("http", "http.server",
                "127.0.0.1:" + SERVICE, "http://127.0.0.1:" + API)) {
            var client = example.connect(peers, "/orders/red");
            client.send(Message.text("two apples"));
            assertThat(client.inbox().awaitMessages(3)).isEqualTo(received(
                    "welcome, red", "TWO APPLES", "still there?"));
            client.close(1000, "");
            client.inbox().awaitClosed();
        }
    }

    @Test
    void aClientIsToldThatNoWorkerIsThere(Peers peers) throws Exception {
        var client = example.dial(peers, PeerKind.WS, "/orders/red");
        assertThat(client.inbox().awaitClosed().code()).isEqualTo(1014);
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
