package dev.weir.e2e;

import static dev.weir.e2e.Example.received;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.KafkaBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example for the connector to Kafka, with a real broker, worker and client. */
@ExtendWith(Peers.Shared.class)
final class KafkaExampleTest {

    private static final String WORKER = "../../../../../connectors/examples/kafka/worker.mjs";
    private static final long PATIENCE_SECONDS = 180;

    private static KafkaBroker broker;
    private static Example example;

    @BeforeAll
    static void start(@TempDir Path directory, Peers peers) throws Exception {
        broker = new KafkaBroker(directory);
        example = Example.start("kafka", 9092, broker);
        Process topics = peers.script(
                PeerKind.WS, "kafka_topics.mjs", address(), "orders", "orders-replies");
        assertThat(topics.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(topics.exitValue()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        if (example != null) {
            example.stop();
        }
    }

    private static String address() {
        return "127.0.0.1:" + broker.port();
    }

    @Test
    void aWorkerAnswersThroughTheTopicOfReplies(Peers peers) throws Exception {
        Process worker = peers.script(PeerKind.WS, WORKER, address());
        try (var output = worker.inputReader()) {
            awaitReady(output);
            var client = example.connect(peers, "/orders/red");
            client.send(Message.text("two apples"));
            assertThat(client.inbox().awaitMessages(1)).isEqualTo(received("TWO APPLES"));
            client.close(1000, "");
            client.inbox().awaitClosed();
        } finally {
            worker.destroyForcibly();
        }
    }

    private static void awaitReady(BufferedReader output) throws Exception {
        var line = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(output.readLine());
            } catch (IOException e) {
                return e.toString();
            }
        }, Thread::startVirtualThread);
        assertThat(line.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("ready");
    }
}
