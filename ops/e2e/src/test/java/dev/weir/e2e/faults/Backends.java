package dev.weir.e2e.faults;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The kinds of services, in the order of the table. */
enum Backends {
    LOOPBACK,
    HTTP,
    WEBSOCKET,
    RABBITMQ,
    KAFKA,
    NATS;

    /** {@return its connector's type} */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the faults that it can have} */
    Set<Fault> faults() {
        return Arrays.stream(Fault.values())
                .filter(fault -> sparedFrom(fault).isEmpty())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
    }

    /** {@return why it cannot have that fault, for the table; empty when it can} */
    String sparedFrom(Fault fault) {
        return switch (this) {
            case LOOPBACK -> switch (fault) {
                case HANGS, SLOW, FAILS -> "";
                case DOWN_AT_START, REFUSES, CUTS, DIES ->
                        "is in the relay: no process, no connection";
                case FLAPS -> "fails at every second message already, see above";
            };
            case HTTP, WEBSOCKET -> "";
            case RABBITMQ, KAFKA, NATS -> switch (fault) {
                case REFUSES -> "nothing listens on a broker's port but the broker: as \"dies -9\"";
                case CUTS -> "a broker hands a message on when it has all of it: a worker that dies"
                        + " in the middle of its answer has not answered";
                case DOWN_AT_START, HANGS, SLOW, FAILS, DIES, FLAPS -> "";
            };
        };
    }

    /** {@return a service that will have that fault; not started} */
    Backend create(Fault fault) throws IOException {
        return switch (this) {
            case LOOPBACK -> new LoopbackBackend(fault);
            case HTTP -> ScriptedBackend.http();
            case WEBSOCKET -> ScriptedBackend.webSocket();
            case RABBITMQ -> BrokerBackend.rabbitMq();
            case KAFKA -> BrokerBackend.kafka();
            case NATS -> BrokerBackend.nats();
        };
    }
}
