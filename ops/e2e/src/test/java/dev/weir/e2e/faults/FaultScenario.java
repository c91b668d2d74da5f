package dev.weir.e2e.faults;

import dev.weir.e2e.seed.Endpoints;
import dev.weir.e2e.seed.Recording;
import dev.weir.e2e.seed.RelayProcess;
import dev.weir.e2e.seed.SteadyPairs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One kind of service through its faults, one after the other, on one relay: each fault has a
 * service, a route and a breaker of its own. Clients send all the time; in the same run raw pairs
 * of another route do.
 */
final class FaultScenario implements AutoCloseable {

    private static final int CLIENTS = 10;
    private static final int MESSAGES_PER_SECOND_EACH = 10;
    private static final int PAIRS = 20;
    private static final int PAIR_MESSAGES_PER_SECOND = 500;
    private static final Duration RECOVERY = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** Deadlines and windows of seconds, so that a cell takes seconds. */
    private static final String GUARD =
            "breaker: { size: 20, minimum-calls: 5, slow-call: 200ms, slow-rate: 50, open: 1s },"
                    + " deadlines: { connect: 1s, send: 1s, answer: 1s }";

    private final Backends kind;
    private final Duration window;
    private final Map<Fault, Backend> backends;
    private final RelayProcess relay;

    private FaultScenario(Backends kind, Duration window, Map<Fault, Backend> backends,
            RelayProcess relay) {
        this.kind = kind;
        this.window = window;
        this.backends = backends;
        this.relay = relay;
    }

    /**
     * What was seen of one fault.
     *
     * @param clients what became of the messages
     * @param deliveries what the worker did
     * @param secondsToOpen from the fault to the open breaker; infinite when it stayed closed
     * @param openings how often the breaker opened
     * @param secondsToRecover from the end of the fault to the first answer; infinite when none came
     * @param calm the other route before the fault
     * @param faulty the other route during the fault
     * @param others what became of the messages of the other route
     */
    record Result(
            Clients.Tally clients,
            Deliveries deliveries,
            double secondsToOpen,
            long openings,
            double secondsToRecover,
            Recording calm,
            Recording faulty,
            SteadyPairs.Totals others) {}

    /** Starts a relay, but none of the services that these faults need. */
    static FaultScenario start(Backends kind, Set<Fault> faults, Duration window)
            throws IOException, InterruptedException {
        Map<Fault, Backend> backends = new EnumMap<>(Fault.class);
        StringBuilder yaml = new StringBuilder("""
                log: { level: info, format: json }
                routes:
                  - { name: default, clients: '/client/{key}', workers: '/worker/{key}' }
                """);
        for (Fault fault : faults) {
            Backend backend = kind.create(fault);
            backends.put(fault, backend);
            yaml.append("""
                      - name: %1$s
                        clients: /%1$s/{key}
                        connector: { %2$s, %3$s }
                    """.formatted(name(fault), backend.connector(), GUARD));
        }
        return new FaultScenario(
                kind, window, backends, RelayProcess.weir(yaml.toString(), "-Xmx256m"));
    }

    private static String name(Fault fault) {
        return fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Goes through one fault: calm, fault, recovery. Blocks until everything is accounted for. */
    Result run(Fault fault) throws IOException, InterruptedException {
        Backend backend = backends.get(fault);
        if (backend == null) {
            throw new IllegalArgumentException(kind + " was not started for " + fault);
        }
        if (fault != Fault.DOWN_AT_START) {
            backend.start();
        }
        Endpoints endpoints = relay.endpoints();
        try (SteadyPairs others = SteadyPairs.start(
                        endpoints, name(fault), PAIRS, PAIR_MESSAGES_PER_SECOND, 256);
                Clients clients = Clients.start(endpoints.port(), "/" + name(fault) + "/{key}",
                        CLIENTS, MESSAGES_PER_SECOND_EACH)) {
            Thread.sleep(window.dividedBy(2));
            Recording calm = others.record();
            Thread.sleep(window);
            others.record();
            Instant begun = Instant.now();
            backend.inflict(fault);
            Recording faulty = others.record();
            Thread.sleep(window);
            others.record();
            backend.heal(fault);
            clients.watchForAnswers();
            long end = System.nanoTime() + RECOVERY.toNanos();
            while (Double.isInfinite(clients.secondsToFirstAnswer()) && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            Thread.sleep(window.dividedBy(2));
            double recovered = clients.secondsToFirstAnswer();
            Clients.Tally tally = clients.finish(GRACE.toNanos());
            Deliveries deliveries = backend.deliveries();
            BreakerLog breaker = BreakerLog.of(relay, name(fault));
            return new Result(
                    tally,
                    deliveries,
                    breaker.secondsToOpen(begun),
                    breaker.openings(),
                    recovered,
                    calm,
                    faulty,
                    others.finish(GRACE));
        } finally {
            backend.close();
        }
    }

    /** {@return what the relay logged} */
    String log() throws IOException {
        return relay.output();
    }

    @Override
    public void close() throws IOException {
        relay.close();
        for (Backend backend : backends.values()) {
            backend.close();
        }
    }
}
