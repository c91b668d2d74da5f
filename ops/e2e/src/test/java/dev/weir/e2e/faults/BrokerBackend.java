package dev.weir.e2e.faults;

import dev.weir.connectors.NatsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

/**
 * A real broker with {@code faulty_nats_worker.py} behind it. What the broker does is killed and
 * frozen; what the worker does is slow, or it is not there for a message.
 */
final class BrokerBackend implements Backend {

    private static final String SUBJECT = "work";

    private final Broker broker;
    private final Worker worker;
    private final String connector;

    private BrokerBackend(String type, Broker broker, String connector) throws IOException {
        this.broker = broker;
        this.worker = new Worker("faulty_nats_worker.py", Integer.toString(broker.port()), SUBJECT);
        this.connector = "type: " + type + ", " + connector.formatted(broker.port());
    }

    /** Something that is done to a broker. */
    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    private record Broker(
            int port, Action kill, Action restart, Action freeze, Action thaw, Runnable close) {}

    /** Starts one, and ends it again if it is to be down at first. */
    static BrokerBackend nats(Fault fault) throws IOException, InterruptedException {
        NatsServer server = NatsServer.start(Files.createTempDirectory("nats"), "");
        return new BrokerBackend(
                "nats",
                downFirst(fault, new Broker(server.port(), server::kill, server::restart,
                        server::freeze, server::thaw, server::close)),
                "url: 'nats://127.0.0.1:%d', subject: " + SUBJECT);
    }

    private static Broker downFirst(Fault fault, Broker broker)
            throws IOException, InterruptedException {
        if (fault == Fault.DOWN_AT_START) {
            broker.kill.run();
        }
        return broker;
    }

    @Override
    public String connector() {
        return connector;
    }

    @Override
    public void start() throws IOException {
        worker.start();
    }

    @Override
    public void inflict(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case DIES -> broker.kill.run();
            case HANGS -> broker.freeze.run();
            case SLOW -> worker.behave("slow");
            case FAILS -> worker.behave("fails");
            case FLAPS -> worker.flap();
            case DOWN_AT_START, REFUSES, CUTS -> { }
        }
    }

    @Override
    public void heal(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case DOWN_AT_START -> {
                broker.restart.run();
                worker.start();
            }
            case DIES -> broker.restart.run();
            case HANGS -> broker.thaw.run();
            case SLOW, FAILS -> worker.behave("well");
            case FLAPS -> worker.stopFlapping();
            case REFUSES, CUTS -> { }
        }
    }

    @Override
    public Map<String, Integer> deliveries() throws IOException {
        return worker.deliveries();
    }

    @Override
    public void close() {
        worker.close();
        broker.close.run();
    }
}
