package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import dev.weir.connectors.LinkException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker, which some tests kill. */
class RabbitMqConnectorTest extends ConnectorContract {

    private static final String REPLIES = "weir.under-test.node-1";

    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

    private static RabbitMqServer server;

    private Connection worker;
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

    /** Echoes what comes to the queue of this name. */
    private void startWorker() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(server.port());
        factory.setAutomaticRecoveryEnabled(false);
        factory.setThreadFactory(Thread.ofVirtual().factory());
        factory.setSharedExecutor(EXECUTOR);
        worker = factory.newConnection("worker");
        channel = worker.createChannel();
        channel.queueDeclare("echo", true, false, false, Map.of());
        channel.queueDeclare("quiet", true, false, false, Map.of());
        channel.basicConsume("echo", false, (tag, delivery) -> {
            BasicProperties sent = delivery.getProperties();
            channel.basicPublish("", sent.getReplyTo(), new BasicProperties.Builder()
                    .correlationId(sent.getCorrelationId())
                    .contentType(sent.getContentType())
                    .deliveryMode(2)
                    .build(), delivery.getBody());
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
        }, tag -> {});
    }

    @AfterEach
    void stopWorker() {
        worker.abort(1000);
    }

    @Override
    protected Connector.Provider provider() {
        return new RabbitMqConnector.Provider();
    }

    @Override
    protected int port() {
        return server.port();
    }

    @Override
    protected Map<String, Object> settings(int port) {
        return Map.of("url", "amqp://127.0.0.1:" + port, "routing-key", "echo");
    }

    @Override
    protected void kill() throws Exception {
        server.kill();
    }

    @Override
    protected void restart() throws Exception {
        server.start();
        startWorker();
    }

    // Messages to the service

    @Test
    void theServiceSeesWhoTheClientIsAndWhereToReply() throws Exception {
        Link link = connector(to("quiet"), Deadlines.defaults()).open(caller("session-7", "red"));
        Message sent = text("hello");
        link.send(sent.withTraceparent("00-11-22-01"));

        GetResponse got = channel.basicGet("quiet", true);
        BasicProperties properties = got.getProps();
        assertThat(new String(got.getBody(), StandardCharsets.UTF_8)).isEqualTo("hello");
        assertThat(properties.getDeliveryMode()).isEqualTo(2);
        assertThat(properties.getMessageId()).isEqualTo(sent.id());
        assertThat(properties.getCorrelationId()).isEqualTo("session-7");
        assertThat(properties.getReplyTo()).isEqualTo(REPLIES);
        assertThat(properties.getContentType()).isEqualTo("text/plain;charset=utf-8");
        assertThat(header(got, "traceparent")).isEqualTo("00-11-22-01");
        assertThat(header(got, "cloudEvents:id")).isEqualTo(sent.id());
        assertThat(header(got, "cloudEvents:type")).isEqualTo("dev.weir.message");
        assertThat(header(got, "cloudEvents:source")).isEqualTo("/weir/node-1/route");
        assertThat(header(got, "cloudEvents:weirsession")).isEqualTo("session-7");
        assertThat(header(got, "cloudEvents:subject")).isEqualTo("red");
    }

    @Test
    void aValueInTheRoutingKeyStaysOneWord() throws Exception {
        channel.exchangeDeclare("shops", "topic");
        channel.queueBind("quiet", "shops", "shop.*.orders");
        Map<String, Object> settings = to("shop.{key}.orders");
        settings.put("exchange", "shops");
        Connector connector = connector(settings, Deadlines.defaults());
        connector.open(caller("s", "a.b#/\u00fc")).send(text("x"));
        assertThat(channel.basicGet("quiet", true).getEnvelope().getRoutingKey())
                .isEqualTo("shop.a%2Eb%23%2F%C3%BC.orders");
    }

    @Test
    void aMessageThatNoQueueTakesIsRejectedAndNotLost() throws Exception {
        Link link = open(connector(to("nowhere"), Deadlines.defaults()));
        assertThatFailure(() -> link.send(text("x"))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
            assertThat(failure).hasMessageContaining("nowhere").hasMessageContaining("NO_ROUTE");
        });
    }

    @Test
    void aFullQueueThatRefusesMessagesFailsThem() throws Exception {
        channel.queueDeclare("small", false, false, true,
                Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        Link link = open(connector(to("small"), Deadlines.defaults()));
        link.send(text("fits"));
        assertThatFailure(() -> link.send(text("does not"))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.FAILED));
    }

    @Test
    void anExchangeThatIsNotThereIsNamed() {
        Map<String, Object> settings = to("any");
        settings.put("exchange", "missing");
        assertThatFailure(() -> open(connector(settings, Deadlines.defaults())))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE))
                .satisfies(failure -> assertThat(failure).hasMessageContaining("missing"));
    }

    @Test
    void aMessageLargerThanTheBrokerMayTakeIsRejectedBeforeItIsSent() throws Exception {
        Map<String, Object> settings = to("quiet");
        settings.put("largest-message", 100L);
        Link link = open(connector(settings, Deadlines.defaults()));
        assertThatFailure(() -> link.send(binary(new byte[101]))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.REJECTED));
        link.send(binary(new byte[100]));
    }

    @Test
    void withoutRepliesTheBrokersConfirmIsWhatTheClientGets() throws Exception {
        Map<String, Object> settings = to("quiet");
        settings.put("reply", false);
        settings.put("ack", "accepted");
        Link link = open(connector(settings, Deadlines.defaults()));
        link.send(text("one"));
        assertThat(receive(link).asText()).isEqualTo("accepted");
        GetResponse got = channel.basicGet("quiet", true);
        assertThat(got.getProps().getReplyTo()).isNull();
    }

    @Test
    void theServiceIsToldOfConnectsAndDisconnectsWhereItWants() throws Exception {
        Map<String, Object> settings = to("quiet");
        settings.put("events", List.of("connected", "disconnected"));
        Link link = connector(settings, Deadlines.defaults()).open(caller("session-7", "red"));
        link.close(new Goodbye(4001, "bored"));
        assertThat(header(channel.basicGet("quiet", true), "cloudEvents:type"))
                .isEqualTo("dev.weir.connected");
        GetResponse goodbye = channel.basicGet("quiet", true);
        assertThat(header(goodbye, "cloudEvents:type")).isEqualTo("dev.weir.disconnected");
        assertThat(header(goodbye, "cloudEvents:weircode")).isEqualTo("4001");
        assertThat(header(goodbye, "cloudEvents:weirreason")).isEqualTo("bored");
    }

    // Replies

    @Test
    void aServiceMaySendAtAnyTimeAndSayGoodbye() throws Exception {
        Link link = connector().open(caller("session-7", "red"));
        reply("session-7", "unasked", Map.of());
        reply("session-7", "", Map.of("cloudEvents:type", "dev.weir.disconnected",
                "cloudEvents:weircode", "4002", "cloudEvents:weirreason", "done"));
        assertThat(receive(link).asText()).isEqualTo("unasked");
        assertThat(get(async(link::receive))).isEqualTo(new Goodbye(4002, "done"));
    }

    @Test
    void aClientThatTakesNothingLosesItsLinkAndNobodyElseWaits() throws Exception {
        channel.exchangeDeclare("dead", "fanout", false, true, Map.of());
        channel.queueDeclare("dead-letters", false, true, true, Map.of());
        channel.queueBind("dead-letters", "dead", "");
        Map<String, Object> settings = to("echo");
        settings.put("answers", 700L);
        settings.put("prefetch", 5);
        settings.put("dead-letter-exchange", "dead");
        Connector connector = connector(settings, Deadlines.defaults());
        Link slow = connector.open(caller("slow", "red"));
        Link other = connector.open(caller("other", "red"));
        for (int i = 0; i < 30; i++) {
            reply("slow", "reply " + (char) ('A' + i), Map.of());
        }
        other.send(text("hello"));
        assertThat(receive(other).asText()).isEqualTo("hello");
        for (int i = 0; i < 10; i++) {
            assertThat(receive(slow).asText()).isEqualTo("reply " + (char) ('A' + i));
        }
        assertThatFailure(slow::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.OVERFLOWED));
        assertThatFailure(() -> slow.send(text("more"))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.OVERFLOWED));
        await().atMost(PATIENCE).until(() -> channel.messageCount("dead-letters") == 20);
    }

    @Test
    void repliesWithoutContentTypeAreTextIfTheyCanBe() throws Exception {
        Link link = connector().open(caller("session-7", "red"));
        channel.basicPublish("", REPLIES, correlated("session-7").build(),
                "grün".getBytes(StandardCharsets.UTF_8));
        channel.basicPublish("", REPLIES, correlated("session-7").build(),
                new byte[] {(byte) 0xff});
        assertThat(receive(link).isText()).isTrue();
        assertThat(receive(link).isText()).isFalse();
    }

    @Test
    void theQueueForRepliesGoesWithItsConnector() throws Exception {
        Connector connector = connector();
        open(connector);
        assertThat(server.control("list_queues", "name")).contains(REPLIES);
        connector.close();
        assertThat(server.control("list_queues", "name")).doesNotContain(REPLIES);
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
        channel.basicPublish("", REPLIES,
                correlated("flooded").messageId("id-" + number).build(),
                ("reply " + number).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aReplyThatIsTooLargeEndsItsLinkAlone() throws Exception {
        Connector connector = connector();
        Link link = connector.open(caller("session-7", "red"));
        channel.basicPublish("", REPLIES, correlated("session-7").build(),
                new byte[16 * 1024 * 1024 + 1]);
        assertThatFailure(() -> get(async(link::receive))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.FAILED));
        Link other = connector.open(caller("session-8", "red"));
        other.send(text("hello"));
        assertThat(receive(other).asText()).isEqualTo("hello");
    }

    // A broker that is not well

    @Test
    void aWrongPasswordIsNamed() {
        Map<String, Object> settings = to("echo");
        settings.put("user", "guest");
        settings.put("password", "wrong");
        assertThatFailure(() -> open(connector(settings, Deadlines.defaults())))
                .satisfies(failure ->
                        assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE))
                .satisfies(failure ->
                        assertThat(failure).hasMessageContaining("ACCESS_REFUSED"));
    }

    @Test
    void noConfirmedMessageIsLostWhenTheBrokerIsKilled() throws Exception {
        Map<String, Object> settings = to("quiet");
        settings.put("reply", false);
        Deadlines deadlines = new Deadlines(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2));
        Connector connector = connector(settings, deadlines);
        List<CompletableFuture<Outcome>> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Link link = connector.open(caller("session-" + i, "key"));
            senders.add(async(() -> sendUntilOneFails(link)));
        }
        await().atMost(PATIENCE).until(() -> channel.messageCount("quiet") > 500);
        server.kill();
        Set<String> confirmed = new TreeSet<>();
        Set<String> uncertain = new TreeSet<>();
        Set<String> notSent = new TreeSet<>();
        for (CompletableFuture<Outcome> sender : senders) {
            Outcome outcome = get(sender);
            confirmed.addAll(outcome.confirmed);
            (outcome.failure.mayHaveArrived() ? uncertain : notSent).add(outcome.failed);
            assertThat(outcome.failure.isFailureOfService()).isTrue();
        }
        restart();
        Set<String> arrived = new TreeSet<>();
        for (GetResponse got = channel.basicGet("quiet", true); got != null;
                got = channel.basicGet("quiet", true)) {
            assertThat(arrived.add(got.getProps().getMessageId())).isTrue();
        }
        assertThat(arrived).containsAll(confirmed).noneMatch(notSent::contains);
        arrived.removeAll(confirmed);
        assertThat(uncertain).containsAll(arrived);
    }

    @Test
    void aReplyThatComesAfterTheBrokersRestartFindsTheClientThatWaited() throws Exception {
        Connector connector = connector();
        Link link = connector.open(caller("session-7", "red"));
        server.kill();
        restart();
        channel.confirmSelect();
        reply("session-7", "late", Map.of());
        channel.waitForConfirmsOrDie(PATIENCE.toMillis());
        assertThat(receive(link).asText()).isEqualTo("late");
    }

    @Test
    void clientsAreToldWhenTheQueueOfTheirRepliesIsGone() throws Exception {
        Connector connector = connector();
        Link before = connector.open(caller("session-7", "red"));
        channel.queueDelete(REPLIES);
        assertThatFailure(() -> get(async(before::receive))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.LOST));
        Link after = connector.open(caller("session-8", "red"));
        after.send(text("hello"));
        assertThat(receive(after).asText()).isEqualTo("hello");
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

    @Test
    void itUsesNoPlatformThread() throws Exception {
        Set<String> before = platformThreads();
        Link link = open(connector());
        link.send(text("hello"));
        receive(link);
        Set<String> after = platformThreads();
        after.removeAll(before);
        assertThat(after).allMatch(name -> name.matches("ForkJoinPool.*|VirtualThread.*|.*-Poller.*"));
    }

    // Settings

    @Test
    void settingsThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> connector(
                        Map.of("url", "amqp://me:secret@host", "routing-key", "x"),
                        Deadlines.defaults()))
                .hasMessageStartingWith("url: ").hasMessageNotContaining("secret");
        assertThatThrownBy(() -> connector(
                        Map.of("url", "http://host", "routing-key", "x"), Deadlines.defaults()))
                .hasMessageStartingWith("url: ");
        assertThatThrownBy(() -> connector(
                        Map.of("url", "amqp://host", "routing-key", "a.{b"), Deadlines.defaults()))
                .hasMessageStartingWith("routing-key: ");
        assertThatThrownBy(() -> connector(
                        Map.of("url", "amqp://host", "routing-key", "x", "ack", "ok"),
                        Deadlines.defaults()))
                .hasMessageStartingWith("ack: ");
    }

    private record Outcome(List<String> confirmed, String failed, LinkException failure) {}

    private static Outcome sendUntilOneFails(Link link) throws InterruptedException {
        List<String> confirmed = new ArrayList<>();
        while (true) {
            Message message = text("message " + confirmed.size());
            try {
                link.send(message);
                confirmed.add(message.id());
            } catch (LinkException e) {
                return new Outcome(confirmed, message.id(), e);
            }
        }
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

    private static Map<String, Object> to(String routingKey) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("url", "amqp://127.0.0.1:" + server.port());
        settings.put("routing-key", routingKey);
        return settings;
    }

    private void reply(String session, String text, Map<String, Object> headers)
            throws Exception {
        channel.basicPublish("", REPLIES, correlated(session).headers(headers)
                .contentType("text/plain").build(), text.getBytes(StandardCharsets.UTF_8));
    }

    private static BasicProperties.Builder correlated(String session) {
        return MessageProperties.PERSISTENT_BASIC.builder()
                .contentType(null).correlationId(session);
    }

    private static String header(GetResponse got, String name) {
        return String.valueOf(got.getProps().getHeaders().get(name));
    }

    private static Set<String> platformThreads() {
        Set<String> names = new TreeSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return names;
    }
}
