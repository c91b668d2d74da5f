package dev.weir.e2e.faults;

import java.util.Map;

/** The loopback connector, told by its settings what to do: it neither dies nor gets well. */
final class LoopbackBackend implements Backend {

    private final Fault fault;

    LoopbackBackend(Fault fault) {
        this.fault = fault;
    }

    @Override
    public String connector() {
        return switch (fault) {
            case HANGS -> "type: loopback, delay: 1h";
            case SLOW -> "type: loopback, delay: 400ms";
            default -> "type: loopback, fail-every: 2";
        };
    }

    @Override
    public void start() {}

    @Override
    public void inflict(Fault what) {}

    @Override
    public void heal(Fault what) {}

    @Override
    public Deliveries deliveries() {
        return new Deliveries(Map.of());
    }

    @Override
    public void close() {}
}
