package dev.weir.e2e;

import static dev.weir.e2e.Example.received;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.NatsServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example for the connector to NATS, with a real server, worker and client. */
@ExtendWith(Peers.Shared.class)
final class NatsExampleTest {

    private static NatsServer server;
    private static Example example;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        server = new NatsServer(directory, "");
        example = Example.start("nats", 4222, server);
    }

    @AfterAll
    static void stop() throws Exception {
        if (example != null) {
            example.stop();
        }
    }

    @Test
    void aWorkerAnswersAndSendsMoreWhenItLikes(Peers peers) throws Exception {
        try (var _ = worker(); var _ = worker()) {
            var client = example.connect(peers, "/orders/red");
            client.send(Message.text("two apples"));
            assertThat(client.inbox().awaitMessages(2)).isEqualTo(received(
                    "TWO APPLES", "still there?"));
            client.close(1000, "");
            client.inbox().awaitClosed();
        }
    }

    @Test
    void aClientIsToldAtOnceThatNoWorkerIsThere(Peers peers) throws Exception {
        var client = example.connect(peers, "/orders/red");
        client.send(Message.text("anybody?"));
        assertThat(client.inbox().awaitClosed().code()).isEqualTo(1014);
    }

    private static ExampleWorker worker() throws Exception {
        return ExampleWorker.python("nats", "socket", "127.0.0.1:" + server.port());
    }
}
