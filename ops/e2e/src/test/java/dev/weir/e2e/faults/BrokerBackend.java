package dev.weir.e2e.faults;

import dev.weir.connectors.Broker;
import dev.weir.connectors.KafkaBroker;
import dev.weir.connectors.NatsServer;
import dev.weir.connectors.RabbitMqServer;
import java.io.IOException;
import java.nio.file.Files;

/**
 * A real broker with a worker behind it, {@code faulty_*_worker.*}. The broker is killed and
 * frozen; the worker is slow, and makes the broker refuse messages by what it declares there.
 */
final class BrokerBackend implements Backend {

    private static final String NAME = "work";

    private final Broker broker;
    private final Worker worker;
    private final String connector;

    private BrokerBackend(Broker broker, String script, String connector) throws IOException {
        this.broker = broker;
        this.worker = new Worker(script, Integer.toString(broker.port()), NAME);
        this.connector = connector.formatted(broker.port());
    }

    /** RabbitMQ says no by a negative confirm: the exchange leads to a queue without room. */
    static BrokerBackend rabbitMq() throws IOException {
        return new BrokerBackend(
                new RabbitMqServer(Files.createTempDirectory("rabbitmq")),
                "faulty_rabbitmq_worker.py",
                "type: rabbitmq, url: 'amqp://127.0.0.1:%d', exchange: work, routing-key: work");
    }

    /** Kafka says no because nobody may write to the topic. */
    static BrokerBackend kafka() throws IOException {
        return new BrokerBackend(
                new KafkaBroker(Files.createTempDirectory("kafka")),
                "faulty_kafka_worker.mjs",
                "type: kafka, bootstrap-servers: '127.0.0.1:%d', topic: work,"
                        + " reply-topic: work-replies");
    }

    /** NATS says no at once where nobody is subscribed. */
    static BrokerBackend nats() throws IOException {
        return new BrokerBackend(
                new NatsServer(Files.createTempDirectory("nats"), ""),
                "faulty_nats_worker.py",
                "type: nats, url: 'nats://127.0.0.1:%d', subject: work");
    }

    @Override
    public String connector() {
        return connector;
    }

    @Override
    public void start() throws IOException {
        broker.start();
        worker.start();
    }

    @Override
    public void inflict(Fault fault) throws IOException {
        switch (fault) {
            case DOWN_AT_START -> { }
            case DIES -> broker.kill();
            case HANGS -> broker.freeze();
            case SLOW -> worker.behave("slow");
            case FAILS -> worker.behave("fails");
            case FLAPS -> worker.flap();
            case REFUSES, CUTS -> throw new IllegalArgumentException(fault.title());
        }
    }

    @Override
    public void heal(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case DOWN_AT_START -> start();
            case DIES -> {
                broker.start();
                worker.behave("well"); // which it tells the broker when it is connected again
            }
            case HANGS -> broker.thaw();
            case SLOW, FAILS -> worker.behave("well");
            case FLAPS -> worker.stopFlapping();
            case REFUSES, CUTS -> throw new IllegalArgumentException(fault.title());
        }
    }

    @Override
    public Deliveries deliveries() throws IOException {
        return worker.deliveries();
    }

    @Override
    public void close() {
        worker.close();
        broker.close();
    }
}
