package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A worker behind RabbitMQ that echoes what comes to the queue "echo"; what comes to the queue
 * "quiet", which is empty at first, is for the test to take.
 */
final class RabbitMqWorker implements AutoCloseable {

    /** The queue for replies to a connector of a test. */
    static final String REPLIES = "weir.under-test.node-1";

    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

    private final Connection connection;
    private final Channel channel;

    private RabbitMqWorker(Connection connection) throws Exception {
        this.connection = connection;
        this.channel = connection.createChannel();
    }

    static RabbitMqWorker start(RabbitMqServer server) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(server.port());
        factory.setAutomaticRecoveryEnabled(false);
        factory.setThreadFactory(Thread.ofVirtual().factory());
        factory.setSharedExecutor(EXECUTOR);
        RabbitMqWorker worker = new RabbitMqWorker(factory.newConnection("worker"));
        worker.channel.queueDeclare("quiet", true, false, false, Map.of());
        worker.echo();
        return worker;
    }

    private void echo() throws Exception {
        channel.queueDeclare("echo", true, false, false, Map.of());
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

    /** {@return its channel, for whatever else a test wants of the broker} */
    Channel channel() {
        return channel;
    }

    /** {@return settings of a connector that publishes with this routing key} */
    static Map<String, Object> to(RabbitMqServer server, String routingKey) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("url", "amqp://127.0.0.1:" + server.port());
        settings.put("routing-key", routingKey);
        return settings;
    }

    /** Sends a reply that nobody asked for. */
    void reply(String session, String text, Map<String, Object> headers) throws Exception {
        channel.basicPublish("", REPLIES, correlated(session).headers(headers)
                .contentType("text/plain").build(), text.getBytes(UTF_8));
    }

    static BasicProperties.Builder correlated(String session) {
        return MessageProperties.PERSISTENT_BASIC.builder()
                .contentType(null).correlationId(session);
    }

    @Override
    public void close() {
        connection.abort(1000);
    }
}
