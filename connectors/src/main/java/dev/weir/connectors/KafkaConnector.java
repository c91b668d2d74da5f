package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.connectors.LinkException.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what clients send to a Kafka topic, and brings them the replies from another one.
 *
 * <p>A message counts as sent when all replicas that are in sync have it ({@code acks=all}); the
 * producer is idempotent, so that its own retries double nothing. Records are keyed by session: a
 * client's messages are in one partition, in the order in which they were sent.
 *
 * <p>Replies come in one partition of the reply topic, assigned and not by group: each message says
 * which, and a reply goes there with the session as its key. Nodes may share a partition; a node
 * passes over what is not for its clients.
 */
public final class KafkaConnector implements Connector {

    /** Before the names of CloudEvents attributes (Kafka Protocol Binding 1.0.2, section 3.2.3). */
    private static final String PREFIX = "ce_";

    private static final String CONTENT_TYPE = "content-type";

    private final Environment environment;
    private final Deadlines deadlines;
    private final KafkaClients.Plan plan;
    private final Reconnecting<KafkaClients> connections;
    private final BrokerLinks links;
    private volatile boolean connectedBefore;

    private KafkaConnector(Settings settings, Environment environment) {
        this.environment = environment;
        this.deadlines = environment.deadlines();
        boolean replies = settings.isOn("reply");
        if (replies == settings.text("reply-topic").isEmpty()) {
            throw new IllegalArgumentException(
                    "reply-topic: is needed with reply: on, and only then");
        }
        if (replies && !settings.text("ack").isEmpty()) {
            throw new IllegalArgumentException("ack: only with reply: off");
        }
        this.plan = new KafkaClients.Plan(
                environment.name(),
                properties(settings),
                deadlines,
                settings.text("topic"),
                settings.text("reply-topic"),
                settings.count("reply-partition"),
                environment.node().hashCode(),
                settings.bytes("largest-message"),
                settings.bytes("buffer"));
        this.connections = new Reconnecting<>(environment.name(), this::connect);
        this.links = new BrokerLinks(settings, environment, this::publish);
    }

    private static Map<String, String> properties(Settings settings) {
        Map<String, String> properties = new HashMap<>();
        for (String line : settings.texts("properties")) {
            String[] property = line.split("=", 2);
            if (property.length < 2 || property[0].isBlank()) {
                throw new IllegalArgumentException(
                        "properties: must each be name=value, and this is not: " + line);
            }
            properties.put(property[0].strip(), property[1].strip());
        }
        if (!settings.text("sasl-jaas").isEmpty()) {
            properties.put("sasl.jaas.config", settings.text("sasl-jaas").strip());
        }
        properties.put("bootstrap.servers", settings.text("bootstrap-servers"));
        return properties;
    }

    private KafkaClients connect() throws LinkException, InterruptedException {
        KafkaClients clients = KafkaClients.connect(plan, this::take, this::lost);
        if (connectedBefore) {
            // Replies that came in between were not heard by anybody.
            links.fail(Kind.LOST, "the clients had to be made again");
        }
        connectedBefore = true;
        return clients;
    }

    private void lost() {
        connections.look();
    }

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        connections.get(deadlines.connect());
        return links.open(plan.topic(), caller);
    }

    /** Asks the cluster to describe the topics. */
    @Override
    public void check() throws LinkException, InterruptedException {
        connections.get(deadlines.connect()).check();
    }

    @Override
    public boolean opensAtService() {
        return links.openAtService();
    }

    @Override
    public boolean viaBroker() {
        return true;
    }

    @Override
    public void close() {
        links.close();
        connections.close();
    }

    // To the service

    private void publish(
            String topic, Caller caller, CloudEvent event, @Nullable Message message)
            throws LinkException, InterruptedException {
        KafkaClients clients = connections.get(deadlines.connect());
        byte[] payload = message == null ? new byte[0] : message.payload();
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, caller.session().getBytes(UTF_8), payload);
        Headers headers = record.headers();
        event.attributes().forEach((name, value) -> put(headers, PREFIX + name, value));
        if (event.traceparent() != null) {
            put(headers, "traceparent", event.traceparent());
        }
        if (message != null) {
            put(headers, CONTENT_TYPE, message.isText() ? CloudEvent.TEXT : CloudEvent.BINARY);
        }
        if (clients.replyPartition() >= 0) {
            put(headers, PREFIX + "weirreplytopic", plan.replyTopic());
            put(headers, PREFIX + "weirreplypartition", String.valueOf(clients.replyPartition()));
        }
        acknowledged(clients, record);
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }

    private void acknowledged(KafkaClients clients, ProducerRecord<byte[], byte[]> record)
            throws LinkException, InterruptedException {
        Future<?> sending;
        try {
            sending = clients.send(record);
        } catch (InterruptException e) {
            Thread.interrupted(); // it set the flag again
            throw (InterruptedException) new InterruptedException().initCause(e);
        } catch (KafkaException | IllegalStateException e) {
            clients.giveUp("the producer failed: " + e);
            connections.look();
            throw new LinkException(Kind.UNREACHABLE,
                    environment.name() + ": the producer failed: " + e, e);
        }
        // What is over at once was never on its way: no room, no broker known, too large.
        boolean tried = !sending.isDone();
        try {
            sending.get(deadlines.answer().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw notAcknowledged(e);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause(), tried, clients);
        }
    }

    private LinkException notAcknowledged(Throwable cause) {
        return new LinkException(Kind.TIMED_OUT, environment.name()
                + ": not acknowledged within " + deadlines.answer().toMillis() + " ms", cause);
    }

    private LinkException failure(Throwable cause, boolean tried, KafkaClients clients) {
        if (cause instanceof RecordTooLargeException) {
            return new LinkException(
                    Kind.REJECTED, environment.name() + ": " + cause.getMessage(), cause);
        }
        if (cause instanceof BufferExhaustedException) {
            return new LinkException(Kind.BUSY, environment.name()
                    + ": as much as may wait for the brokers waits already", cause);
        }
        if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
            return tried
                    ? notAcknowledged(cause)
                    : new LinkException(Kind.UNREACHABLE,
                            environment.name() + ": no broker: " + cause.getMessage(), cause);
        }
        if (!(cause instanceof ApiException)) { // of the producer, which does not recover
            clients.giveUp("the producer failed: " + cause);
            connections.look();
        }
        return new LinkException(
                Kind.FAILED, environment.name() + ": the brokers failed: " + cause, cause);
    }

    // From the service

    private void take(ConsumerRecord<byte[], byte[]> reply) {
        byte[] value = reply.value();
        Incoming incoming = ServiceReply.of(
                header(reply, CONTENT_TYPE),
                value == null ? new byte[0] : value,
                name -> header(reply, PREFIX + name));
        byte[] key = reply.key();
        String session = key == null ? header(reply, PREFIX + "weirsession") : new String(key, UTF_8);
        links.deliver(session == null ? "" : session, incoming);
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> reply, String name) {
        Header header = reply.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), UTF_8);
    }

    /** Makes connectors to Kafka. */
    public static final class Provider implements Connector.Provider {

        private static final SettingsSpec SETTINGS = SettingsSpec.of(
                """
                type: kafka
                bootstrap-servers: kafka-1.internal:9092,kafka-2.internal:9092
                topic: orders
                reply-topic: orders-replies
                """,
                Setting.text("bootstrap-servers", "Some brokers, each as host:port, with commas",
                        "kafka-1.internal:9092,kafka-2.internal:9092"),
                Setting.text("topic", "Topic to publish to; it must exist", "orders"),
                Setting.onOff("reply", true, "Whether replies are wanted; off is the offload mode,"
                        + " in which a message is done when the brokers acknowledged it"),
                Setting.text("reply-topic", "", "Topic of the replies; it must exist",
                        "orders-replies"),
                Setting.count("reply-partition", -1, -1, 100_000, "Partition of the replies to"
                        + " this node; -1 chooses one by the node's id, and nodes may share one"),
                BrokerLinks.ACK, BrokerLinks.EVENTS,
                Setting.size("largest-message", 1_000_000, 1 << 10, 1 << 30,
                        "Largest record; the topic's max.message.bytes has to allow it"),
                Setting.size("buffer", 32 << 20, 1 << 16, 1L << 40,
                        "Bytes of all clients that may wait for the brokers; a message for which"
                                + " there is no room waits until the deadline to send"),
                BrokerLinks.ANSWERS,
                Setting.texts("properties", "Further properties of Kafka's clients, each as"
                        + " name=value, say of security", "[security.protocol=SASL_SSL]"),
                Setting.secret("sasl-jaas", "The property sasl.jaas.config, which has a password"
                        + " in it", "file:/run/secrets/kafka-jaas"));

        @Override
        public String type() {
            return "kafka";
        }

        @Override
        public String summary() {
            return "Publishes each message to a Kafka topic, acknowledged by all replicas in sync,"
                    + " and brings the client the replies from another topic.";
        }

        @Override
        public SettingsSpec settings() {
            return SETTINGS;
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new KafkaConnector(settings, environment);
        }
    }
}
