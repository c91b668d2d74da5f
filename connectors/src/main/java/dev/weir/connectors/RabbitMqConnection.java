package dev.weir.connectors;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.weir.connectors.LinkException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A life of the connection to a RabbitMQ broker: two TCP connections that begin and end together.
 * One publishes, the other hears replies, because a broker that is short of memory stops reading
 * from connections that publish, and replies and their acknowledgements must go on then.
 *
 * <p>One thread publishes for all links. So what a sender is told to give up never interrupts a
 * write, which would break the connection under all of them; and the one channel that it needs
 * keeps the order in which they sent.
 */
final class RabbitMqConnection implements Reconnecting.Life {

    /** What a broker does with a reply that was heard. */
    interface Replies {

        /**
         * {@return whether it was taken; else the broker drops or dead-letters it} Must not wait.
         */
        boolean take(boolean redelivered, BasicProperties properties, byte[] body);
    }

    /**
     * The queue for the replies to this node.
     *
     * @param name its name; empty when no replies are wanted
     * @param prefetch how many the broker sends before it waits for acknowledgements
     * @param arguments how the broker keeps it
     */
    record ReplyQueue(String name, int prefetch, Map<String, Object> arguments) {}

    /** RabbitMQ allows no larger message (max_message_size). */
    static final int LARGEST_BODY = 512 * 1024 * 1024;

    private static final int CLOSE_MILLIS = 2_000;

    /** The largest bulkhead: each caller waits for one publication. */
    private static final int CALLERS_MAX = 1_000_000;

    private final String name;
    private final Connection publishing;
    private final @Nullable Connection hearing;
    private final Channel channel;
    private final Runnable atEnd;
    private final BlockingQueue<RabbitMqPublication> waiting =
            new LinkedBlockingQueue<>(CALLERS_MAX);
    private final NavigableMap<Long, RabbitMqPublication> unconfirmed =
            new ConcurrentSkipListMap<>();
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private final Thread writer;
    private final ReplyQueue queue;
    private boolean fresh;
    private volatile @Nullable String blocked;

    /**
     * Connects; the factory's deadlines hold.
     *
     * @param name of the connector, for messages
     * @param exchange that must be there; empty for the default one
     * @param atEnd run when it ended, unless it was closed
     */
    RabbitMqConnection(String name, ConnectionFactory factory, String exchange, ReplyQueue queue,
            Replies replies, Runnable atEnd) throws IOException, TimeoutException {
        this.name = name;
        this.queue = queue;
        this.atEnd = atEnd;
        this.writer = Thread.ofVirtual().name(name + "-publisher").unstarted(this::write);
        this.publishing = factory.newConnection(name);
        boolean done = false;
        Connection second = null;
        try {
            second = queue.name().isEmpty() ? null : factory.newConnection(name + "-replies");
            this.hearing = second;
            this.channel = publish(exchange);
            if (second != null) {
                hear(second, replies);
            }
            publishing.addShutdownListener(this::endedBy);
            done = true;
        } finally {
            if (!done) {
                abort(publishing);
                abort(second);
            }
        }
        writer.start();
    }

    /**
     * {@return what makes connections as the settings say, on virtual threads alone}
     *
     * @throws IllegalArgumentException when the URL is none
     */
    static ConnectionFactory factory(
            Settings settings,
            Deadlines deadlines,
            ThreadFactory virtual,
            ExecutorService threads) {
        ConnectionFactory factory = new ConnectionFactory();
        setUrl(factory, settings.text("url"));
        if (!settings.text("user").isEmpty()) {
            factory.setUsername(settings.text("user"));
            factory.setPassword(settings.text("password"));
        }
        int connect = Math.toIntExact(deadlines.connect().toMillis());
        factory.setConnectionTimeout(connect);
        factory.setHandshakeTimeout(connect);
        factory.setChannelRpcTimeout(connect);
        factory.setShutdownTimeout(connect);
        factory.setRequestedHeartbeat(
                Math.toIntExact(settings.duration("heartbeat").toSeconds()));
        factory.setAutomaticRecoveryEnabled(false); // It knows nothing of unconfirmed messages.
        factory.setMaxInboundMessageBodySize(LARGEST_BODY);
        factory.setThreadFactory(virtual);
        factory.setSharedExecutor(threads);
        factory.setShutdownExecutor(threads);
        return factory;
    }

    private static void setUrl(ConnectionFactory factory, String url) {
        try {
            URI parsed = new URI(url);
            if (parsed.getRawUserInfo() != null) {
                throw new IllegalArgumentException("user and password have settings of their own");
            }
            factory.setUri(parsed);
            if ("amqps".equals(parsed.getScheme())) {
                factory.useSslProtocol(SSLContext.getDefault()); // The client's trusts everybody.
                factory.enableHostnameVerification();
            }
        } catch (URISyntaxException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("url: " + e.getMessage(), e);
        }
    }

    /** {@return whether the broker did not have the queue for replies any more} */
    boolean queueIsFresh() {
        return fresh;
    }

    /** {@return why the broker takes nothing now; null when it does} */
    @Nullable String blocked() {
        return blocked;
    }

    /** Queues a message for the broker; whoever sends then waits for it. */
    void publish(RabbitMqPublication publication) {
        waiting.add(publication);
        settleAllIfEnded();
    }

    /** Asks the broker for an answer; may wait as long as the factory lets it. */
    void check() throws IOException, TimeoutException {
        Channel probe = publishing.createChannel();
        if (probe == null) {
            throw new IOException("no channel is left");
        }
        probe.close();
    }

    @Override
    public @Nullable String end() {
        return end.get();
    }

    /** Ends it in good order: nobody else needs the queue for the replies. */
    @Override
    public void close() {
        if (!end.compareAndSet(null, "the connector is closed")) {
            return;
        }
        settleAllIfEnded();
        if (hearing != null) {
            deleteQueue(hearing);
        }
        abort(hearing);
        abort(publishing);
        writer.interrupt();
    }

    private void deleteQueue(Connection connection) {
        try (Channel last = connection.createChannel()) {
            last.queueDelete(queue.name());
        } catch (IOException | TimeoutException | RuntimeException e) {
            RabbitMqConnector.LOG.atDebug().addKeyValue("connector", name).setCause(e)
                    .log("the broker deletes the queue for replies when it has expired");
        }
    }

    private Channel publish(String exchange) throws IOException {
        publishing.addBlockedListener(why -> blocked = why, () -> blocked = null);
        Channel opened = publishing.createChannel();
        if (!exchange.isEmpty()) {
            opened.exchangeDeclarePassive(exchange);
        }
        opened.confirmSelect();
        opened.addConfirmListener(
                (sequence, multiple) -> settle(sequence, multiple, null),
                (sequence, multiple) -> settle(sequence, multiple, new LinkException(Kind.FAILED,
                        name + ": the broker did not take it: a queue is full, or failed")));
        opened.addReturnListener(this::returned);
        opened.addShutdownListener(this::endedBy);
        return opened;
    }

    private void hear(Connection connection, Replies replies)
            throws IOException, TimeoutException {
        fresh = !exists(connection);
        Channel opened = connection.createChannel();
        opened.basicQos(queue.prefetch());
        opened.queueDeclare(queue.name(), true, false, false, queue.arguments());
        opened.addShutdownListener(this::endedBy);
        connection.addShutdownListener(this::endedBy);
        // Exclusive: no other consumer may take replies that are meant for clients of this node.
        opened.basicConsume(queue.name(), false, "", false, true, Map.of(), new Hearer(
                opened, replies));
    }

    private boolean exists(Connection connection) throws IOException, TimeoutException {
        Channel probe = connection.createChannel();
        try {
            probe.queueDeclarePassive(queue.name());
            probe.close();
            return true;
        } catch (IOException notFound) {
            if (probe.isOpen() || !connection.isOpen()) {
                throw notFound;
            }
            return false; // The broker closes a channel that asks for what is not there.
        }
    }

    private void write() {
        try {
            while (end.get() == null) {
                RabbitMqPublication next = waiting.take();
                if (next.claim()) {
                    write(next);
                } else {
                    next.settle(null);
                }
            }
        } catch (InterruptedException e) {
            settleAllIfEnded();
        }
    }

    private void write(RabbitMqPublication next) {
        long sequence = channel.getNextPublishSeqNo();
        unconfirmed.put(sequence, next);
        try {
            channel.basicPublish(
                    next.exchange, next.routingKey, true, next.properties, next.body);
            next.written();
        } catch (AlreadyClosedException e) {
            settle(sequence, new LinkException(
                    Kind.UNREACHABLE, name + ": " + reason(e), e));
        } catch (IOException e) {
            settle(sequence, new LinkException(
                    Kind.LOST, name + ": the connection broke while sending: " + e, e));
        } catch (IllegalArgumentException e) {
            settle(sequence, new LinkException(
                    Kind.REJECTED, name + ": not a message for AMQP: " + e.getMessage(), e));
        }
        settleAllIfEnded();
    }

    private void settle(long sequence, boolean multiple, @Nullable LinkException failure) {
        if (!multiple) {
            settle(sequence, failure);
            return;
        }
        for (Long each : unconfirmed.headMap(sequence, true).keySet()) {
            settle(each, failure);
        }
    }

    private void settle(long sequence, @Nullable LinkException failure) {
        RabbitMqPublication publication = unconfirmed.remove(sequence);
        if (publication == null) {
            return;
        }
        String unroutable = publication.unroutable();
        publication.settle(failure == null && unroutable != null
                ? new LinkException(Kind.REJECTED, name + ": " + unroutable) : failure);
    }

    /** The broker says this before it confirms the message. */
    private void returned(Return message) {
        String id = message.getProperties().getMessageId();
        for (RabbitMqPublication each : unconfirmed.values()) {
            if (id != null && id.equals(each.properties.getMessageId())) {
                each.unroutable("no queue takes routing key " + message.getRoutingKey() + " of "
                        + (message.getExchange().isEmpty()
                                ? "the default exchange" : "exchange " + message.getExchange())
                        + ": " + message.getReplyText());
            }
        }
    }

    private void endedBy(ShutdownSignalException cause) {
        end(reason(cause));
    }

    private void end(String why) {
        if (!end.compareAndSet(null, why)) {
            return;
        }
        settleAllIfEnded();
        writer.interrupt();
        atEnd.run();
        Thread.ofVirtual().name(name + "-closer").start(() -> {
            abort(publishing);
            abort(hearing);
        });
    }

    private void settleAllIfEnded() {
        String why = end.get();
        if (why == null) {
            return;
        }
        for (RabbitMqPublication next = waiting.poll(); next != null; next = waiting.poll()) {
            next.claim();
            next.settle(new LinkException(Kind.UNREACHABLE, name + ": not sent: " + why));
        }
        for (Long each : unconfirmed.keySet()) {
            settle(each, new LinkException(Kind.LOST, name + ": not confirmed: " + why));
        }
    }

    private static String reason(ShutdownSignalException cause) {
        Object why = cause.getReason();
        if (why != null) {
            return why.toString();
        }
        Throwable below = cause.getCause();
        return below == null ? String.valueOf(cause.getMessage()) : below.toString();
    }

    private static void abort(@Nullable Connection connection) {
        if (connection != null) {
            connection.abort(CLOSE_MILLIS);
        }
    }

    /** Its calls come one after the other. */
    private final class Hearer extends DefaultConsumer {

        private final Replies replies;

        Hearer(Channel channel, Replies replies) {
            super(channel);
            this.replies = replies;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties,
                byte[] body) throws IOException {
            if (replies.take(envelope.isRedeliver(), properties, body)) {
                getChannel().basicAck(envelope.getDeliveryTag(), false);
            } else {
                getChannel().basicReject(envelope.getDeliveryTag(), false);
            }
        }

        @Override
        public void handleCancel(String tag) {
            end("the queue for replies was deleted");
        }
    }

}
