package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka clients of one connector, from when the cluster answered until they cannot go on. They
 * reconnect by themselves, so that a broker that comes back ends none of them.
 *
 * <p>One platform thread makes them and then polls for replies: it resolves names, which holds a
 * carrier where it is called, and a consumer is of one thread anyway. The producer and the admin
 * client bring a platform thread each.
 */
final class KafkaClients implements Reconnecting.Life {

    /**
     * What they are to do.
     *
     * @param name of the connector
     * @param properties for all clients
     * @param topic of messages; must exist
     * @param replyTopic of replies, must exist; empty when none are wanted
     * @param replyPartition the partition of this node; negative to choose one by its id
     * @param nodeHash of that id
     * @param largest record to send, in bytes
     * @param buffer bytes that may wait for the brokers
     */
    record Plan(
            String name,
            Map<String, String> properties,
            Deadlines deadlines,
            String topic,
            String replyTopic,
            int replyPartition,
            int nodeHash,
            long largest,
            long buffer) {}

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final int FETCH_BYTES = 8 << 20;

    private final Plan plan;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;
    private final @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private final int replyPartition;
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();

    /** Asks the cluster for its topics; on the thread that polls then. */
    private KafkaClients(Plan plan) throws LinkException, InterruptedException {
        this.plan = plan;
        Admin asking = Admin.create(properties());
        KafkaConsumer<byte[], byte[]> hearing = null;
        boolean done = false;
        try {
            describe(asking, plan, plan.topic());
            int partition = -1;
            if (!plan.replyTopic().isEmpty()) {
                partition = partitionOf(describe(asking, plan, plan.replyTopic()));
                hearing = new KafkaConsumer<>(
                        consumerProperties(), new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                TopicPartition mine = new TopicPartition(plan.replyTopic(), partition);
                hearing.assign(List.of(mine));
                hearing.seekToEnd(List.of(mine));
                // Asks for the end now: what is sent from here on can be answered at once.
                hearing.position(mine, plan.deadlines().connect());
            }
            replyPartition = partition;
            consumer = hearing;
            admin = asking;
            producer = new KafkaProducer<>(producerProperties(), new ByteArraySerializer(),
                    new ByteArraySerializer());
            done = true;
        } finally {
            if (!done) {
                asking.close(Duration.ZERO);
                if (hearing != null) {
                    hearing.close();
                }
            }
        }
    }

    /**
     * {@return clients that have heard of the cluster}
     *
     * @param take gets each reply, and must not wait
     * @param atEnd runs when they cannot go on, unless they were closed
     */
    static KafkaClients connect(
            Plan plan, Consumer<ConsumerRecord<byte[], byte[]>> take, Runnable atEnd)
            throws LinkException, InterruptedException {
        CompletableFuture<KafkaClients> made = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().name("weir-" + plan.name() + "-kafka")
                .start(() -> run(plan, made, take, atEnd));
        boolean done = false;
        try {
            KafkaClients clients = made.get();
            done = true;
            return clients;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LinkException failure
                    ? failure
                    : new LinkException(Kind.UNREACHABLE,
                            plan.name() + ": cannot start: " + rootOf(e), e);
        } finally {
            if (!done) {
                thread.interrupt();
                if (!made.cancel(false) && !made.isCompletedExceptionally()) {
                    made.join().close(); // they were there just now
                }
            }
        }
    }

    private static void run(
            Plan plan,
            CompletableFuture<KafkaClients> made,
            Consumer<ConsumerRecord<byte[], byte[]>> take,
            Runnable atEnd) {
        KafkaClients clients;
        try {
            clients = new KafkaClients(plan);
        } catch (LinkException | InterruptedException | RuntimeException e) {
            made.completeExceptionally(e);
            return;
        }
        if (made.complete(clients)) {
            clients.poll(take, atEnd);
        } else {
            clients.close(); // nobody waits for them any more
        }
    }

    /** {@return a description of the topic, from the cluster and not from memory} */
    private static TopicDescription describe(Admin admin, Plan plan, String topic)
            throws LinkException, InterruptedException {
        Duration patience = plan.deadlines().connect();
        try {
            return admin.describeTopics(List.of(topic)).allTopicNames()
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS)
                    .values().iterator().next();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new LinkException(
                        Kind.FAILED, plan.name() + ": there is no topic " + topic, e);
            }
            throw new LinkException(Kind.UNREACHABLE,
                    plan.name() + ": no answer from the cluster: " + rootOf(e), e);
        } catch (TimeoutException e) {
            throw new LinkException(Kind.UNREACHABLE, plan.name()
                    + ": no answer from the cluster within " + patience.toMillis() + " ms", e);
        }
    }

    private int partitionOf(TopicDescription topic) throws LinkException {
        int count = topic.partitions().size();
        if (plan.replyPartition() >= count) {
            throw new LinkException(Kind.FAILED, plan.name() + ": " + plan.replyTopic() + " has "
                    + count + " partitions, and none with number " + plan.replyPartition());
        }
        return plan.replyPartition() < 0
                ? Math.floorMod(plan.nodeHash(), count)
                : plan.replyPartition();
    }

    static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private Map<String, Object> properties() {
        String connect = String.valueOf(plan.deadlines().connect().toMillis());
        Map<String, Object> properties = new HashMap<>();
        properties.put("client.id", plan.name());
        properties.put("metric.reporters", "");
        properties.put("enable.metrics.push", "false");
        properties.put("reconnect.backoff.max.ms", "1000");
        properties.put("request.timeout.ms", connect);
        properties.put("default.api.timeout.ms", connect);
        properties.put("socket.connection.setup.timeout.ms", connect);
        properties.putAll(plan.properties());
        return properties;
    }

    private Map<String, Object> producerProperties() {
        long answer = plan.deadlines().answer().toMillis();
        Map<String, Object> properties = properties();
        properties.remove("default.api.timeout.ms"); // it has none
        properties.put("acks", "all");
        properties.put("enable.idempotence", "true");
        properties.put("linger.ms", "0"); // batches come of themselves under load
        properties.put("delivery.timeout.ms", String.valueOf(answer));
        properties.put("request.timeout.ms", String.valueOf(Math.min(answer, 10_000)));
        properties.put("max.block.ms", String.valueOf(plan.deadlines().send().toMillis()));
        properties.put("buffer.memory", String.valueOf(plan.buffer()));
        properties.put("max.request.size", String.valueOf(plan.largest()));
        return properties;
    }

    private Map<String, Object> consumerProperties() {
        Map<String, Object> properties = properties();
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "none"); // what was skipped is to be known
        properties.put("isolation.level", "read_committed");
        properties.put("fetch.max.bytes", String.valueOf(FETCH_BYTES));
        return properties;
    }

    private void poll(Consumer<ConsumerRecord<byte[], byte[]>> take, Runnable atEnd) {
        if (consumer == null) {
            return;
        }
        try (consumer) {
            while (end.get() == null) {
                consumer.poll(POLL).forEach(take);
            }
        } catch (WakeupException e) {
            end.compareAndSet(null, "it was closed");
        } catch (RuntimeException e) {
            if (end.compareAndSet(null, "replies are not heard any more: " + rootOf(e))) {
                release();
                atEnd.run();
            }
        }
    }

    /** {@return where the replies to this node go; negative when none are wanted} */
    int replyPartition() {
        return replyPartition;
    }

    /**
     * Hands over a record. Waits only for room in the buffer and for the brokers' addresses, not
     * longer than the deadline to send.
     */
    Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> message) {
        return producer.send(message);
    }

    /** Asks the cluster for the topics. */
    void check() throws LinkException, InterruptedException {
        describe(admin, plan, plan.topic());
        if (!plan.replyTopic().isEmpty()) {
            describe(admin, plan, plan.replyTopic());
        }
    }

    /** The producer is of no use any more. */
    void giveUp(String why) {
        if (end.compareAndSet(null, why)) {
            release();
        }
    }

    @Override
    public @Nullable String end() {
        return end.get();
    }

    @Override
    public void close() {
        end.compareAndSet(null, "the connector is closed");
        release();
    }

    /** May be called twice. */
    private void release() {
        if (consumer != null) {
            consumer.wakeup();
        }
        producer.close(CLOSE);
        admin.close(Duration.ZERO);
    }
}
