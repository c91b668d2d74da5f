package dev.weir.e2e;

import static dev.weir.e2e.Example.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.RabbitMqServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example for the connector to RabbitMQ, with a real broker, worker and client. */
@ExtendWith(Peers.Shared.class)
final class RabbitMqExampleTest {

    private static RabbitMqServer broker;
    private static Example example;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        broker = new RabbitMqServer(directory);
        example = Example.start("rabbitmq", 5672, broker);
    }

    @AfterAll
    static void stop() throws Exception {
        if (example != null) {
            example.stop();
        }
    }

    @Test
    void whatAWorkerMissedItAnswersWhenItIsBack(Peers peers) throws Exception {
        Peer.Connection client;
        try (var _ = worker()) {
            client = example.connect(peers, "/orders/red");
            client.send(Message.text("two apples"));
            client.inbox().awaitMessages(1);
            awaitQueued("orders", 0); // Else its next life answers again.
        }
        client.send(Message.text("one pear"));
        client.send(Message.text("no nuts"));
        try (var _ = worker()) {
            assertThat(client.inbox().awaitMessages(3)).isEqualTo(received(
                    "TWO APPLES", "ONE PEAR", "NO NUTS"));
        }
        client.close(1000, "");
        client.inbox().awaitClosed();
    }

    @Test
    void clientsStayWhenTheBrokerIsKilledAndGetTheAnswersOfTheNextOne(Peers peers)
            throws Exception {
        Peer.Connection client;
        try (var _ = worker()) {
            client = example.connect(peers, "/orders/red");
            client.send(Message.text("before"));
            client.inbox().awaitMessages(1);
            awaitQueued("orders", 0); // Else its next life answers again.
        }
        client.send(Message.text("kept on disk"));
        awaitQueued("orders", 1);
        broker.kill();
        broker.start();
        try (var _ = worker()) {
            assertThat(client.inbox().awaitMessages(2))
                    .isEqualTo(received("BEFORE", "KEPT ON DISK"));
        }
        client.close(1000, "");
        client.inbox().awaitClosed();
    }

    @Test
    void aReadingIsAcknowledgedWhenTheBrokerHasIt(Peers peers) throws Exception {
        try (var _ = worker()) { // It made the queue.
            var client = example.connect(peers, "/readings/r1");
            client.send(Message.text("21 degrees"));
            assertThat(client.inbox().awaitMessages(1)).isEqualTo(received("stored"));
            client.close(1000, "");
            client.inbox().awaitClosed();
        }
        awaitQueued("readings", 1);
    }

    private static void awaitQueued(String queue, int messages) {
        await().atMost(Inbox.DEADLINE).until(() ->
                broker.control("list_queues", "name", "messages")
                        .contains(queue + "\t" + messages));
    }

    private static ExampleWorker worker() throws Exception {
        return ExampleWorker.python("rabbitmq", "pika", "amqp://127.0.0.1:" + broker.port());
    }
}
