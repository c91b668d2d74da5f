package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Keeps what comes on a topic, and sends it back where that is asked for. */
final class KafkaWorker {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    KafkaWorker(String address, String topic, int partitions) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "auto.offset.reset", "earliest",
                        "client.id", "junit-worker"),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address, "max.request.size", "20000000",
                        "linger.ms", "0", "client.id", "junit-worker"),
                new ByteArraySerializer(), new ByteArraySerializer());
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(topic, number)).toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        thread = Thread.ofPlatform().daemon().name("junit-worker").start(this::work);
    }

    private void work() {
        while (!closed) {
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                seen.add(each);
                answer(each);
            }
        }
        consumer.close();
        producer.close(Duration.ZERO);
    }

    private void answer(ConsumerRecord<byte[], byte[]> message) {
        String topic = header(message, "ce_weirreplytopic");
        if (topic != null && "dev.weir.message".equals(header(message, "ce_type"))) {
            ProducerRecord<byte[], byte[]> reply = new ProducerRecord<>(topic,
                    Integer.valueOf(header(message, "ce_weirreplypartition")),
                    message.key(), message.value());
            reply.headers().add("content-type",
                    Objects.requireNonNull(header(message, "content-type")).getBytes(UTF_8));
            var sending = producer.send(reply);
            assert sending != null;
        }
    }

    static @Nullable String header(ConsumerRecord<byte[], byte[]> message, String name) {
        Header header = message.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }

    /** {@return all that came, in the order of each partition} */
    List<ConsumerRecord<byte[], byte[]>> seen() {
        return seen;
    }

    void stop() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
