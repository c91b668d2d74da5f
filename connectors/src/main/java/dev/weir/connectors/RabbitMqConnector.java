package dev.weir.connectors;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.RabbitMqConnection.ReplyQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what clients send to a RabbitMQ exchange (AMQP 0-9-1), and brings them the replies.
 *
 * <p>A message counts as sent when the broker confirmed it: it is in a queue then, on disk if the
 * queue is durable. Replies come through one queue per node, and find their client by the
 * correlation id, which is the session's id. The queue outlives a broken connection and, being
 * durable, a restart of the broker: an exclusive one would lose the replies in it.
 */
public final class RabbitMqConnector implements Connector {

    static final Logger LOG = LoggerFactory.getLogger(RabbitMqConnector.class);

    /** The longest routing key that AMQP can carry (0-9-1, section 4.2.5.3). */
    private static final int ROUTING_KEY_BYTES = 255;

    private final Settings settings;
    private final Environment environment;
    private final Deadlines deadlines;
    private final WordTemplate routingKey;
    private final String replyQueue;
    private final ConnectionFactory factory;
    private final ExecutorService threads;
    private final Reconnecting<RabbitMqConnection> connections;
    private final Semaphore permits;
    private final BrokerLinks links;
    private final Set<String> taken;

    private RabbitMqConnector(Settings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
        this.deadlines = environment.deadlines();
        this.routingKey = new WordTemplate("routing-key", settings.text("routing-key"));
        this.replyQueue = settings.isOn("reply")
                ? "weir." + environment.name() + "." + environment.node() : "";
        if (!replyQueue.isEmpty() && !settings.text("ack").isEmpty()) {
            throw new IllegalArgumentException("ack: only with reply: off");
        }
        ThreadFactory virtual = Thread.ofVirtual().name(environment.name() + "-amqp").factory();
        this.threads = Executors.newThreadPerTaskExecutor(virtual);
        this.factory = RabbitMqConnection.factory(settings, deadlines, virtual, threads);
        this.connections = new Reconnecting<>(environment.name(), this::connect);
        this.permits = new Semaphore(settings.count("in-flight"));
        this.links = new BrokerLinks(settings, environment, this::publish);
        this.taken = lastOnes(settings.count("prefetch"));
    }

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        String key = routingKey.fill(caller);
        if (key.length() > ROUTING_KEY_BYTES) {
            throw new LinkException(Kind.REJECTED, environment.name()
                    + ": a routing key of more than " + ROUTING_KEY_BYTES + " bytes: " + key);
        }
        connections.get(deadlines.connect());
        return links.open(key, caller);
    }

    /** Opens and closes a channel, which sends nothing to the service. */
    @Override
    public void check() throws LinkException, InterruptedException {
        RabbitMqConnection connection = connections.get(deadlines.connect());
        ensureNotBlocked(connection);
        CompletableFuture<Void> checked = CompletableFuture.runAsync(() -> {
            try {
                connection.check();
            } catch (IOException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }, threads);
        try {
            checked.get(deadlines.connect().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new LinkException(Kind.TIMED_OUT,
                    environment.name() + ": the broker does not answer", e);
        } catch (ExecutionException e) {
            throw new LinkException(Kind.LOST,
                    environment.name() + ": the broker failed: " + e.getCause(), e);
        }
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
        threads.shutdownNow();
    }

    private RabbitMqConnection connect() throws LinkException {
        ReplyQueue queue = new ReplyQueue(
                replyQueue, settings.count("prefetch"), replyQueueArguments());
        try {
            RabbitMqConnection connection = new RabbitMqConnection(environment.name(), factory,
                    settings.text("exchange"), queue, this::take, this::look);
            if (connection.queueIsFresh()) {
                // Not those that wait for this connection: they are opened when it is there.
                links.fail(Kind.LOST, "the queue for replies was gone when the broker was back");
            }
            return connection;
        } catch (IOException | TimeoutException | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new LinkException(Kind.UNREACHABLE,
                    environment.name() + ": no connection to the broker: " + cause, e);
        }
    }

    private void look() {
        connections.look();
    }

    private void publish(
            String key, Caller caller, CloudEvent event, @Nullable Message message)
            throws LinkException, InterruptedException {
        byte[] body = message == null ? new byte[0] : message.payload();
        if (body.length > settings.bytes("largest-message")) {
            throw new LinkException(Kind.REJECTED, environment.name() + ": a message of "
                    + body.length + " bytes is larger than largest-message");
        }
        RabbitMqConnection connection = connections.get(deadlines.connect());
        ensureNotBlocked(connection);
        if (!permits.tryAcquire(deadlines.send().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new LinkException(Kind.BUSY, environment.name() + ": "
                    + settings.count("in-flight") + " messages wait for the broker's confirm");
        }
        RabbitMqPublication publication = new RabbitMqPublication(settings.text("exchange"), key,
                RabbitMqPublication.properties(event, caller, message, replyQueue), body, permits);
        connection.publish(publication);
        publication.await(environment.name(), deadlines.send(), deadlines.answer());
    }

    private void ensureNotBlocked(RabbitMqConnection connection) throws LinkException {
        String why = connection.blocked();
        if (why != null) {
            throw new LinkException(Kind.BUSY,
                    environment.name() + ": the broker takes no messages now: " + why);
        }
    }

    /** Called by one thread, for all links: does not wait. */
    private boolean take(boolean redelivered, BasicProperties properties, byte[] body) {
        String id = properties.getMessageId();
        if (redelivered && id != null && taken.contains(id)) {
            return true; // The broker did not hear that we have it.
        }
        Map<String, Object> headers = properties.getHeaders();
        Incoming reply = ServiceReply.of(properties.getContentType(), body, name -> {
            Object value = headers == null
                    ? null : headers.get(RabbitMqPublication.PREFIX + name);
            return value == null ? null : value.toString();
        });
        String session = properties.getCorrelationId();
        boolean delivered = links.deliver(session == null ? "" : session, reply);
        if (delivered && id != null) {
            taken.add(id);
        }
        return delivered;
    }

    private Map<String, Object> replyQueueArguments() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-expires", settings.duration("reply-queue-expires").toMillis());
        arguments.put("x-max-length", settings.count("reply-queue-messages"));
        arguments.put("x-overflow", "reject-publish");
        String exchange = settings.text("dead-letter-exchange");
        if (!exchange.isEmpty()) {
            arguments.put("x-dead-letter-exchange", exchange);
        }
        return arguments;
    }

    /** The broker may redeliver at most as many replies as it had sent ahead. */
    private static Set<String> lastOnes(int most) {
        return Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > most;
            }
        }));
    }

    /** Makes connectors to RabbitMQ. */
    public static final class Provider implements Connector.Provider {

        @Override
        public String type() {
            return "rabbitmq";
        }

        @Override
        public String summary() {
            return "Publishes each message to a RabbitMQ exchange, with confirms, and brings the"
                    + " client the replies to this node's queue.";
        }

        @Override
        public SettingsSpec settings() {
            return SettingsSpec.of("""
                    type: rabbitmq
                    url: amqp://rabbit.internal:5672/%2f
                    user: weir
                    password: env:RABBITMQ_PASSWORD
                    exchange: orders
                    routing-key: orders.{shop}
                    """,
                    Setting.url("url", "Where the broker is; amqps for TLS, the path is the"
                            + " virtual host", "amqps://rabbit.internal/shop"),
                    Setting.text("user", "", "User name; guest if there is none", "weir"),
                    Setting.secret("password", "The user's password", "env:RABBITMQ_PASSWORD"),
                    Setting.text("exchange", "", "Exchange to publish to; without one the routing"
                            + " key is the name of a queue", "orders"),
                    Setting.text("routing-key", "Routing key, with {variables} of the route's path"
                            + " and {session}, {route}, {key}; a value is always one word, its"
                            + " other signs are percent-encoded", "orders.{shop}"),
                    Setting.onOff("reply", true, "Whether replies are wanted; off is the offload"
                            + " mode, in which a message is done when the broker confirmed it"),
                    BrokerLinks.ACK,
                    BrokerLinks.EVENTS,
                    Setting.count("in-flight", 1_000, 1, 100_000,
                            "Messages of all clients that may wait for the broker's confirm"),
                    Setting.size("largest-message", 16L << 20, 1,
                            RabbitMqConnection.LARGEST_BODY, "Largest message"
                            + " of a client; not above the broker's max_message_size, which closes"
                            + " the channel"),
                    Setting.count("prefetch", 250, 1, 65_535,
                            "Replies that the broker sends ahead of their acknowledgement"),
                    BrokerLinks.ANSWERS,
                    Setting.count("reply-queue-messages", 100_000, 1, Integer.MAX_VALUE,
                            "Replies that the broker keeps for this node, while it is not connected"
                                    + " say; it refuses more"),
                    Setting.duration("reply-queue-expires", Duration.ofMinutes(5),
                            Duration.ofSeconds(1), Duration.ofDays(1), "How long the broker keeps"
                            + " the replies of a node that is gone"),
                    Setting.text("dead-letter-exchange", "", "Exchange for replies that no client"
                            + " takes: it is gone, or too slow", "weir.dead"),
                    Setting.duration("heartbeat", Duration.ofSeconds(15), Duration.ofSeconds(1),
                            Duration.ofMinutes(10), "A connection on which nothing came for twice"
                            + " as long is given up"));
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new RabbitMqConnector(settings, environment);
        }
    }
}
