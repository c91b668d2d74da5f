package dev.weir.e2e.faults;

import dev.weir.connectors.Broker;
import java.io.IOException;

/** {@code faulty_worker.py}: an HTTP or a WebSocket service. */
final class ScriptedBackend implements Backend {

    private final String connector;
    private final Worker worker;

    private ScriptedBackend(String type, String scheme, String settings) throws IOException {
        int port = Broker.freePort();
        this.connector = "type: " + type + ", url: '" + scheme + "://127.0.0.1:" + port + "/'"
                + settings;
        this.worker = new Worker("faulty_worker.py", type, Integer.toString(port));
    }

    static ScriptedBackend http() throws IOException {
        return new ScriptedBackend("http", "http", "");
    }

    static ScriptedBackend webSocket() throws IOException {
        return new ScriptedBackend("websocket", "ws", ", ping: 1s, pong: 1s");
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
    public void inflict(Fault fault) throws IOException {
        switch (fault) {
            case DOWN_AT_START -> { }
            case REFUSES, DIES -> worker.kill();
            case HANGS -> worker.behave("hangs");
            case SLOW -> worker.behave("slow");
            case FAILS -> worker.behave("fails");
            case CUTS -> worker.behave("cuts");
            case FLAPS -> worker.flap();
        }
    }

    @Override
    public void heal(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case DOWN_AT_START, REFUSES, DIES -> worker.start();
            case HANGS, SLOW, FAILS, CUTS -> worker.behave("well");
            case FLAPS -> worker.stopFlapping();
        }
    }

    @Override
    public Deliveries deliveries() throws IOException {
        return worker.deliveries();
    }

    @Override
    public void close() {
        worker.close();
    }
}
