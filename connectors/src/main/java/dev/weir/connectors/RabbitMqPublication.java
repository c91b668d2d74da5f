package dev.weir.connectors;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to the broker. Holds its permit until it is neither queued nor
 * unconfirmed, however long its sender waits.
 */
final class RabbitMqPublication {

    /** Of attributes as headers (CloudEvents AMQP Protocol Binding 1.0.2, section 3.1.3.1). */
    static final String PREFIX = "cloudEvents:";

    private static final int PERSISTENT = 2;

    final String exchange;
    final String routingKey;
    final BasicProperties properties;
    final byte[] body;
    private final Semaphore permits;
    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch settled = new CountDownLatch(1);
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile @Nullable LinkException failure;
    private volatile @Nullable String unroutable;

    RabbitMqPublication(String exchange, String routingKey, BasicProperties properties, byte[] body,
            Semaphore permits) {
        this.exchange = exchange;
        this.routingKey = routingKey;
        this.properties = properties;
        this.body = body;
        this.permits = permits;
    }

    /**
     * {@return who sent what, and where to reply}
     *
     * @param message null for an event without one
     * @param replyTo name of a queue; empty when no reply is wanted
     */
    static BasicProperties properties(
            CloudEvent event, Caller caller, @Nullable Message message, String replyTo) {
        Map<String, Object> headers = new HashMap<>(caller.headers());
        event.attributes().forEach((name, value) -> headers.put(PREFIX + name, value));
        if (event.traceparent() != null) {
            headers.put("traceparent", event.traceparent());
        }
        BasicProperties.Builder properties = new BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .messageId(event.attributes().get("id"))
                .type(event.attributes().get("type"))
                .correlationId(caller.session())
                .appId("weir")
                .headers(headers);
        if (message != null) {
            properties.contentType(message.isText() ? CloudEvent.TEXT : CloudEvent.BINARY);
            properties.timestamp(Date.from(message.time()));
        }
        if (!replyTo.isEmpty()) {
            properties.replyTo(replyTo);
        }
        return properties.build();
    }

    /**
     * Waits for the broker's confirm.
     *
     * @throws LinkException when it did not come, was negative, or the message was returned
     * @throws InterruptedException when told to give up; sent or not, it is not taken back
     */
    void await(String name, Duration send, Duration answer)
            throws LinkException, InterruptedException {
        try {
            if (!written.await(send.toNanos(), TimeUnit.NANOSECONDS)) {
                Kind kind = claim() ? Kind.BUSY : Kind.TIMED_OUT;
                throw new LinkException(kind, name + ": the broker did not read the message"
                        + " within " + send.toMillis() + " ms");
            }
            if (!settled.await(answer.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new LinkException(Kind.TIMED_OUT, name + ": the broker did not confirm"
                        + " the message within " + answer.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            claim();
            throw e;
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** {@return whether it was not taken yet by the writer, or by a sender who gave up} */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /** The writer gave it to the connection. */
    void written() {
        written.countDown();
    }

    /** {@return why the broker returned it; null when it did not} */
    @Nullable String unroutable() {
        return unroutable;
    }

    /** The broker returned it; its confirm follows. */
    void unroutable(String why) {
        unroutable = why;
    }

    /** The broker confirmed it, or it failed. */
    void settle(@Nullable LinkException why) {
        failure = why;
        permits.release();
        settled.countDown();
        written.countDown();
    }
}
