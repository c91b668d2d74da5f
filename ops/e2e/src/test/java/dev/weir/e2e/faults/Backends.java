package dev.weir.e2e.faults;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The kinds of services, in the order of the table. */
enum Backends {
    LOOPBACK,
    HTTP,
    WEBSOCKET,
    NATS;

    /** {@return its connector's type} */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the faults that it can have} */
    Set<Fault> faults() {
        return switch (this) {
            case LOOPBACK -> EnumSet.of(Fault.HANGS, Fault.SLOW, Fault.FAILS);
            case HTTP, WEBSOCKET -> EnumSet.allOf(Fault.class);
            // A broker cannot cut an answer, and to refuse connections is to be down.
            case NATS -> EnumSet.complementOf(EnumSet.of(Fault.REFUSES, Fault.CUTS));
        };
    }

    /** {@return a service that will have that fault; without a worker until it is started} */
    Backend create(Fault fault) throws IOException, InterruptedException {
        return switch (this) {
            case LOOPBACK -> new LoopbackBackend(fault);
            case HTTP -> ScriptedBackend.http();
            case WEBSOCKET -> ScriptedBackend.webSocket();
            case NATS -> BrokerBackend.nats(fault);
        };
    }
}
