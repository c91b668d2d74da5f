package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.weir.connectors.LinkException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker. What becomes of a failing one is in {@link RabbitMqFailureTest}. */
class RabbitMqConnectorTest extends ConnectorContract {

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
        assertThat(properties.getReplyTo()).isEqualTo(RabbitMqWorker.REPLIES);
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
        worker.reply("session-7", "unasked", Map.of());
        worker.reply("session-7", "", Map.of("cloudEvents:type", "dev.weir.disconnected",
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
            worker.reply("slow", "reply " + (char) ('A' + i), Map.of());
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
        channel.basicPublish("", RabbitMqWorker.REPLIES,
                RabbitMqWorker.correlated("session-7").build(),
                "grün".getBytes(StandardCharsets.UTF_8));
        channel.basicPublish("", RabbitMqWorker.REPLIES,
                RabbitMqWorker.correlated("session-7").build(),
                new byte[] {(byte) 0xff});
        assertThat(receive(link).isText()).isTrue();
        assertThat(receive(link).isText()).isFalse();
    }

    @Test
    void theQueueForRepliesGoesWithItsConnector() throws Exception {
        Connector connector = connector();
        open(connector);
        assertThat(server.control("list_queues", "name")).contains(RabbitMqWorker.REPLIES);
        connector.close();
        assertThat(server.control("list_queues", "name")).doesNotContain(RabbitMqWorker.REPLIES);
    }

    @Test
    void aReplyThatIsTooLargeEndsItsLinkAlone() throws Exception {
        Connector connector = connector();
        Link link = connector.open(caller("session-7", "red"));
        channel.basicPublish("", RabbitMqWorker.REPLIES,
                RabbitMqWorker.correlated("session-7").build(),
                new byte[16 * 1024 * 1024 + 1]);
        assertThatFailure(() -> get(async(link::receive))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.FAILED));
        Link other = connector.open(caller("session-8", "red"));
        other.send(text("hello"));
        assertThat(receive(other).asText()).isEqualTo("hello");
    }

    // The connection

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
    void itUsesNoPlatformThread() throws Exception {
        assertThat(platformThreadsOf(() -> {
            Link link = open(connector());
            link.send(text("hello"));
            receive(link);
        })).isEmpty();
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

    private static Map<String, Object> to(String routingKey) {
        return RabbitMqWorker.to(server, routingKey);
    }

    private static String header(GetResponse got, String name) {
        return String.valueOf(got.getProps().getHeaders().get(name));
    }
}
