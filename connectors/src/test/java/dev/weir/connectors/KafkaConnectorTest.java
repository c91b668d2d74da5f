package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KafkaConnectorTest extends ConnectorContract {

    private static final int PARTITIONS = 3;
    private static final String TOPIC = "messages";
    private static final String REPLIES = "replies";

    private static final Deadlines PATIENT = new Deadlines(
            Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    @TempDir
    private static Path home;

    private static SelfSigned certificate;
    private static KafkaBroker broker;
    private static KafkaWorker worker;

    @BeforeAll
    static void startBroker() throws Exception {
        certificate = SelfSigned.of("ip:127.0.0.1", home);
        broker = new KafkaBroker(home, certificate);
        broker.start();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
            admin.createTopics(List.of(
                    new NewTopic(TOPIC, PARTITIONS, (short) 1),
                    new NewTopic(REPLIES, PARTITIONS, (short) 1))).all().get();
        }
        worker = new KafkaWorker(address(), TOPIC, PARTITIONS);
    }

    private static String address() {
        return "127.0.0.1:" + broker.port();
    }

    @AfterAll
    static void stopBroker() throws Exception {
        if (worker != null) {
            worker.stop();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Override
    protected Connector.Provider provider() {
        return new KafkaConnector.Provider();
    }

    @Override
    protected int port() {
        return broker.port();
    }

    @Override
    protected Map<String, Object> settings(int port) {
        return Map.of("bootstrap-servers", "127.0.0.1:" + port, "topic", TOPIC,
                "reply-topic", REPLIES, "largest-message", 17L << 20);
    }

    private static Map<String, Object> offload() {
        return Map.of("bootstrap-servers", address(), "topic", TOPIC, "reply", false);
    }

    @Override
    protected void kill() throws Exception {
        broker.kill();
    }

    @Override
    protected void restart() throws Exception {
        broker.start();
    }

    private static List<ConsumerRecord<byte[], byte[]>> recordsOf(String session) {
        return worker.seen().stream()
                .filter(each -> new String(each.key(), UTF_8).equals(session)).toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> message, String name) {
        return String.valueOf(KafkaWorker.header(message, name));
    }

    @Test
    void aRecordIsACloudEventKeyedByItsSession() throws Exception {
        Connector connector = connector(settings(port()), PATIENT);
        Link link = connector.open(new Caller("session-event", "orders", "grüße/1",
                Map.of("key", "grüße/1"), "127.0.0.1:50000", List.of(), Map.of(),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Instant.now()));
        Message message = text("grüße");
        link.send(message);
        assertThat(receive(link).asText()).isEqualTo("grüße");
        assertThat(recordsOf("session-event")).singleElement().satisfies(each -> {
            assertThat(new String(each.value(), UTF_8)).isEqualTo("grüße");
            assertThat(header(each, "ce_specversion")).isEqualTo("1.0");
            assertThat(header(each, "ce_id")).isEqualTo(message.id());
            assertThat(header(each, "ce_source")).isEqualTo("/weir/node-1/orders");
            assertThat(header(each, "ce_type")).isEqualTo("dev.weir.message");
            assertThat(header(each, "ce_subject")).isEqualTo("grüße/1");
            assertThat(header(each, "ce_weirsession")).isEqualTo("session-event");
            assertThat(header(each, "content-type")).isEqualTo("text/plain;charset=utf-8");
            assertThat(header(each, "ce_weirreplytopic")).isEqualTo(REPLIES);
            assertThat(header(each, "traceparent"))
                    .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        });
    }

    @Test
    void aNodeHearsItsPartitionOfTheReplies() throws Exception {
        Map<String, Object> settings = new TreeMap<>(settings(port()));
        settings.put("reply-partition", 2);
        Link link = connector(settings, PATIENT).open(caller("session-partition", "key"));
        link.send(text("to the third"));
        assertThat(receive(link).asText()).isEqualTo("to the third");
        assertThat(recordsOf("session-partition")).singleElement().satisfies(each ->
                assertThat(header(each, "ce_weirreplypartition")).isEqualTo("2"));
    }

    @Test
    void aPartitionThatIsNotThereFailsTheOpen() {
        Map<String, Object> settings = new TreeMap<>(settings(port()));
        settings.put("reply-partition", PARTITIONS);
        assertThatFailure(() -> open(connector(settings, PATIENT))).satisfies(failure ->
                assertThat(failure).hasMessageContaining("has 3 partitions"));
    }

    @Test
    void aTopicThatIsNotThereFailsTheOpenAndTheCheck() {
        Map<String, Object> settings = new TreeMap<>(settings(port()));
        settings.put("topic", "nowhere");
        Connector connector = connector(settings, PATIENT);
        assertThatFailure(() -> open(connector)).satisfies(failure ->
                assertThat(failure).hasMessageContaining("there is no topic nowhere"));
        assertThatFailure(connector::check).satisfies(failure ->
                assertThat(failure.isFailureOfService()).isTrue());
    }

    @Test
    void aRecordThatIsTooLargeIsRejected() throws Exception {
        Link link = connector(offload(), PATIENT).open(caller("session-large", "key"));
        assertThatFailure(() -> link.send(binary(new byte[1_000_001]))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.REJECTED));
        link.send(text("small"));
    }

    @Test
    void withoutRepliesTheClientIsToldOfTheAcknowledgement() throws Exception {
        Map<String, Object> settings = new TreeMap<>(offload());
        settings.put("ack", "accepted");
        Link link = connector(settings, PATIENT).open(caller("session-offload", "key"));
        link.send(text("one"));
        assertThat(receive(link).asText()).isEqualTo("accepted");
        await().atMost(PATIENCE).untilAsserted(() ->
                assertThat(recordsOf("session-offload")).singleElement().satisfies(each ->
                        assertThat(header(each, "ce_weirreplytopic")).isEqualTo("null")));
    }

    @Test
    void noAcknowledgedMessageIsLostWhenTheBrokerDies() throws Exception {
        Connector connector = connector(offload(), new Deadlines(
                Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(5)));
        Set<String> acknowledged = new ConcurrentSkipListSet<>();
        AtomicBoolean enough = new AtomicBoolean();
        List<CompletableFuture<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Link link = connector.open(caller("session-dies-" + i, "key"));
            clients.add(async(() -> {
                int failed = 0;
                while (!enough.get()) {
                    Message message = text("message");
                    try {
                        link.send(message);
                        acknowledged.add(message.id());
                    } catch (LinkException e) {
                        assertThat(e.isFailureOfService()).isTrue();
                        failed++;
                    }
                }
                return failed;
            }));
        }
        await().atMost(PATIENCE).until(() -> acknowledged.size() > 200);
        kill();
        int before = acknowledged.size();
        restart();
        await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.size() > before + 200);
        enough.set(true);
        for (CompletableFuture<Integer> client : clients) {
            assertThat(get(client)).isNotNegative();
        }
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            Set<String> missing = new TreeSet<>(acknowledged);
            worker.seen().forEach(each -> missing.remove(header(each, "ce_id")));
            assertThat(missing).isEmpty();
        });
    }

    @Test
    void aFullBufferIsBackpressureAndThenBusy() throws Exception {
        Map<String, Object> settings = new TreeMap<>(offload());
        settings.put("buffer", 1L << 20);
        Connector connector = connector(settings, new Deadlines(
                Duration.ofSeconds(20), Duration.ofMillis(500), Duration.ofSeconds(5)));
        Link link = connector.open(caller("session-full", "key"));
        link.send(text("all is well"));
        broker.freeze(); // A dead one is forgotten, and then nothing gets into the buffer.
        try {
            List<CompletableFuture<Kind>> senders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                senders.add(async(() -> {
                    try {
                        link.send(binary(new byte[300_000]));
                        throw new AssertionError("the broker is frozen");
                    } catch (LinkException e) {
                        return e.kind();
                    }
                }));
            }
            List<Kind> kinds = new ArrayList<>();
            for (CompletableFuture<Kind> sender : senders) {
                kinds.add(get(sender));
            }
            assertThat(kinds).contains(Kind.BUSY).doesNotContain(Kind.REJECTED, Kind.CLOSED);
        } finally {
            broker.thaw();
        }
    }

    // TLS and a password

    private static Map<String, Object> secured(String password, String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "security.protocol=SASL_SSL", "sasl.mechanism=PLAIN"));
        all.addAll(List.of(properties));
        return Map.of("bootstrap-servers", "127.0.0.1:" + broker.securePort(), "topic", TOPIC,
                "reply-topic", REPLIES, "properties", all,
                "sasl-jaas", KafkaBroker.login(" username=\"" + KafkaBroker.USER
                        + "\" password=\"" + password + "\""));
    }

    private static String[] trusting() {
        return new String[] {"ssl.truststore.type=PEM",
            "ssl.truststore.location=" + certificate.certificate()};
    }

    @Test
    void aClusterMayAskForTlsAndAPassword() throws Exception {
        Connector connector = connector(secured(KafkaBroker.PASSWORD, trusting()), PATIENT);
        connector.check();
        Link link = connector.open(caller("session-tls", "key"));
        link.send(text("through TLS"));
        assertThat(receive(link).asText()).isEqualTo("through TLS");
    }

    @Test
    void aWrongPasswordIsNamed() {
        Connector connector = connector(secured("of somebody else", trusting()), PATIENT);
        assertThatFailure(connector::check)
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE))
                .satisfies(failure -> assertThat(failure).hasMessageContaining("Authentication")
                        .hasMessageNotContaining("somebody else"));
    }

    @Test
    void aClusterThatNobodyVouchesForGetsNeitherPasswordNorMessage() {
        Connector connector = connector(secured(KafkaBroker.PASSWORD), PATIENT);
        assertThatFailure(connector::check)
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE))
                .satisfies(failure -> assertThat(failure).hasMessageContaining("certificat"));
    }

    // Settings

    @ParameterizedTest
    @CsvSource({"true, '', '', reply-topic", "false, replies, '', reply-topic",
        "true, replies, yes, ack"})
    void settingsThatDoNotFitTogetherAreRefused(
            boolean reply, String topic, String ack, String key) {
        assertThatThrownBy(() -> connector(Map.of("bootstrap-servers", "127.0.0.1:1",
                        "topic", TOPIC, "reply", reply, "reply-topic", topic, "ack", ack), PATIENT))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(key + ": ");
    }

    @Test
    void aPropertyThatIsNoneIsRefused() {
        Map<String, Object> settings = new TreeMap<>(offload());
        settings.put("properties", List.of("security.protocol"));
        assertThatThrownBy(() -> connector(settings, PATIENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("properties: ");
    }
}
