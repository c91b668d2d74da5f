package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.weir.connectors.LinkException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker that is killed, frozen and cut off. */
class RabbitMqFailureTest extends ConnectorTesting {

    private static RabbitMqServer server;

    private RabbitMqWorker worker;
    private Channel channel;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        server = new RabbitMqServer(directory);
        server.start();
    }

    @AfterAll
    static void stopBroker() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void startWithEmptyQueues() throws Exception {
        startWorker();
        channel.queuePurge("quiet");
    }

    private void startWorker() throws Exception {
        worker = RabbitMqWorker.start(server);
        channel = worker.channel();
    }

    @AfterEach
    void stopWorker() {
        worker.close();
    }

    @Override
    protected Connector.Provider provider() {
        return new RabbitMqConnector.Provider();
    }

    private void restart() throws Exception {
        server.start();
        startWorker();
    }

    private Connector connector() {
        return connector(to("echo"), Deadlines.defaults());
    }

    private static Map<String, Object> to(String routingKey) {
        return RabbitMqWorker.to(server, routingKey);
    }

    @Test
    void noConfirmedMessageIsLostWhenTheBrokerIsKilled() throws Exception {
        Map<String, Object> settings = to("quiet");
        settings.put("reply", false);
        Connector connector = connector(settings, new Deadlines(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2)));
        Sent sent = sendUntilKilled(
                connector, () -> channel.messageCount("quiet") > 500, server::kill);
        restart();
        Set<String> arrived = new TreeSet<>();
        for (GetResponse got = channel.basicGet("quiet", true); got != null;
                got = channel.basicGet("quiet", true)) {
            assertThat(arrived.add(got.getProps().getMessageId())).isTrue();
        }
        assertThat(arrived).containsAll(sent.confirmed()).noneMatch(sent.notSent()::contains);
        arrived.removeAll(sent.confirmed());
        assertThat(sent.uncertain()).containsAll(arrived);
    }

    @Test
    void aReplyThatComesAfterTheBrokersRestartFindsTheClientThatWaited() throws Exception {
        Connector connector = connector();
        Link link = connector.open(caller("session-7", "red"));
        server.kill();
        restart();
        channel.confirmSelect();
        worker.reply("session-7", "late", Map.of());
        channel.waitForConfirmsOrDie(PATIENCE.toMillis());
        assertThat(receive(link).asText()).isEqualTo("late");
    }

    @Test
    void clientsAreToldWhenTheQueueOfTheirRepliesIsGone() throws Exception {
        Connector connector = connector();
        Link before = connector.open(caller("session-7", "red"));
        channel.queueDelete(RabbitMqWorker.REPLIES);
        assertThatFailure(() -> get(async(before::receive))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.LOST));
        Link after = connector.open(caller("session-8", "red"));
        after.send(text("hello"));
        assertThat(receive(after).asText()).isEqualTo("hello");
    }

    @Test
    void repliesComeOnceAndInOrderAlthoughTheConnectionIsCut() throws Exception {
        Map<String, Object> settings = to("echo");
        settings.put("answers", 1L << 30);
        Link link = connector(settings, Deadlines.defaults()).open(caller("flooded", "red"));
        CompletableFuture<Boolean> cut = async(() -> cutConnection("under-test-replies"));
        int count = 0;
        while (!cut.isDone()) {
            numberedReply(count++);
        }
        assertThat(get(cut)).isTrue();
        numberedReply(count++);
        for (int i = 0; i < count; i++) {
            assertThat(receive(link).asText()).isEqualTo("reply " + i);
        }
    }

    private void numberedReply(int number) throws Exception {
        channel.basicPublish("", RabbitMqWorker.REPLIES,
                RabbitMqWorker.correlated("flooded").messageId("id-" + number).build(),
                ("reply " + number).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean cutConnection(String name) throws Exception {
        Matcher row = Pattern.compile("(?m)^(\\S+)\t.*\"" + name + "\"").matcher(
                server.control("list_connections", "pid", "client_properties"));
        boolean found = row.find();
        if (found) {
            server.control("close_connection", row.group(1), "test");
        }
        return found;
    }

    @Test
    void aBrokerThatIsShortOfMemoryIsBusy() throws Exception {
        Connector connector = connector(to("quiet"), new Deadlines(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(1)));
        Link link = open(connector);
        server.control("set_vm_memory_high_watermark", "absolute", "1");
        try {
            await().atMost(PATIENCE).untilAsserted(() ->
                    assertThatFailure(() -> link.send(text("x"))).satisfies(failure -> {
                        assertThat(failure.kind()).isEqualTo(Kind.BUSY);
                        assertThat(failure).hasMessageContaining("memory");
                    }));
            assertThatFailure(connector::check).satisfies(failure ->
                    assertThat(failure.kind()).isEqualTo(Kind.BUSY));
        } finally {
            server.control("set_vm_memory_high_watermark", "0.4");
        }
        await().atMost(PATIENCE).ignoreExceptionsInstanceOf(LinkException.class)
                .untilAsserted(() -> link.send(text("again")));
    }

    @Test
    void whoGivesUpOnAFrozenBrokerBreaksNothingForTheOthers() throws Exception {
        Connector connector = connector(to("echo"), new Deadlines(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(1)));
        Link link = open(connector);
        server.freeze();
        try {
            Waiting interrupted = Waiting.in(() -> link.send(text("interrupted")));
            interrupted.interrupt();
            assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
            assertThatFailure(() -> link.send(text("late"))).satisfies(failure -> {
                assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
                assertThat(failure.mayHaveArrived()).isTrue();
            });
        } finally {
            server.thaw();
        }
        link.send(text("after"));
        List<String> texts = new ArrayList<>();
        while (!texts.contains("after")) {
            texts.add(receive(link).asText());
        }
        assertThat(texts).endsWith("late", "after").hasSizeBetween(2, 3);
    }
}
