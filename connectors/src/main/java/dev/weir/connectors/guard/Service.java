package dev.weir.connectors.guard;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Connector;
import dev.weir.connectors.Environment;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Incoming;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.Message;
import dev.weir.connectors.guard.Call.Operation;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A named external worker service: its connector behind its guard. Every call ends in exactly one
 * outcome, within the deadlines, the pauses between attempts and the wait for the bulkhead.
 *
 * <p>Thread-safe. Callers are virtual threads: calls block, and interruption is cancellation.
 */
public final class Service implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Service.class);

    private final String name;
    private final String type;
    private final Connector connector;
    private final Policy policy;
    private final Guard guard;
    private final Probe probe;
    private final List<Consumer<StateChange>> listeners = new CopyOnWriteArrayList<>();

    /**
     * Guards a connector. Does no I/O and starts no thread.
     *
     * @param name its name in the configuration
     * @param type kind of the connector
     * @param connector closed together with this
     * @param telemetry takes metrics and spans
     */
    public Service(
            String name,
            String type,
            Connector connector,
            Policy policy,
            Environment environment,
            OpenTelemetry telemetry) {
        this(name, type, connector, policy, environment, telemetry,
                bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    /** The same with another source of random numbers from 0 to below a bound. */
    Service(
            String name,
            String type,
            Connector connector,
            Policy policy,
            Environment environment,
            OpenTelemetry telemetry,
            LongUnaryOperator random) {
        this.name = name;
        this.type = type;
        this.connector = connector;
        this.policy = policy;
        this.guard = new Guard(
                name, type, connector, policy, environment, telemetry, random, this::changed);
        this.probe = new Probe(connector, environment.clock(), environment.nanoClock());
    }

    /** {@return its name in the configuration} */
    public String name() {
        return name;
    }

    /** {@return the kind of its connector} */
    public String type() {
        return type;
    }

    /** {@return how it is guarded} */
    public Policy policy() {
        return policy;
    }

    /**
     * Opens a link for a client. The link is guarded too: its sends like this call; what it
     * receives has no deadline and no breaker, but a link that breaks speaks against the service.
     *
     * @throws LinkException when it cannot be opened; of kind NOT_TRIED, with the time after which
     *     to come back if that is known, when breaker or bulkhead did not let it through
     * @throws InterruptedException when told to give up; nothing of the link is left then
     */
    public Link open(Caller caller) throws LinkException, InterruptedException {
        return guard.call(Operation.OPEN, caller.session(), caller.traceparent(), traceparent ->
                new GuardedLink(caller.session(), connector.open(
                        traceparent == null ? caller : caller.withTraceparent(traceparent))));
    }

    /** {@return a place in the queue for the breaker, for one who is going to wait there} */
    public Turn turn() {
        return guard.circuit.turn();
    }

    /** {@return what the breaker does with calls} */
    public State state() {
        return guard.circuit.state();
    }

    /** An operator decides what the breaker does. */
    public void force(Force what) {
        guard.circuit.force(what);
    }

    /**
     * Tells of every change of {@link #state} from now on: on the thread that made it, after the
     * fact, so that two of them may come in the wrong order when they are close.
     *
     * @param listener must not block
     */
    public void onStateChange(Consumer<StateChange> listener) {
        listeners.add(listener);
    }

    /** {@return how it is doing, for people} */
    public View view() {
        Circuit.Snapshot breaker = guard.circuit.snapshot();
        return new View(
                name,
                type,
                breaker.state(),
                breaker.since(),
                breaker.failureRate(),
                breaker.slowRate(),
                guard.meters.calls(Outcome.values()),
                guard.meters.calls(Outcome.UNREACHABLE, Outcome.BUSY, Outcome.TIMED_OUT,
                        Outcome.FAILED, Outcome.LOST),
                guard.meters.calls(Outcome.REJECTED),
                guard.meters.calls(Outcome.NOT_TRIED),
                guard.meters.retries(),
                guard.inFlight(),
                breaker.waiting(),
                guard.lastError(),
                breaker.nextProbe(),
                probe.last());
    }

    /**
     * {@return whether the service is there, as far as is known} Never waits and never fails: when
     * what is known is older than that, the service is asked in the background.
     */
    public Reachability check(Duration maxAge) {
        return probe.look(maxAge);
    }

    /** {@return the calls that the service has had for longer than that, oldest first} */
    public List<Call> stuck(Duration longerThan) {
        return guard.stuck(longerThan);
    }

    /** Closes the connector with all of its links, and wakes who waits; idempotent. */
    @Override
    public void close() {
        guard.close();
        probe.close();
        connector.close();
    }

    /** {@return how many more calls the service may get at once} */
    int freeCalls() {
        return guard.freeCalls();
    }

    /** A link whose sends are guarded. */
    private final class GuardedLink implements Link {

        private final String session;
        private final Link link;

        GuardedLink(String session, Link link) {
            this.session = session;
            this.link = link;
        }

        @Override
        public String subprotocol() {
            return link.subprotocol();
        }

        @Override
        public void send(Message message) throws LinkException, InterruptedException {
            guard.call(Operation.SEND, session, message.traceparent(), traceparent -> {
                link.send(traceparent == null ? message : message.withTraceparent(traceparent));
                return true;
            });
        }

        @Override
        public Incoming receive() throws LinkException, InterruptedException {
            try {
                return link.receive();
            } catch (LinkException e) {
                if (e.isFailureOfService()) {
                    guard.failedUnasked(e);
                }
                throw e;
            }
        }

        @Override
        public void close(Goodbye how) {
            guard.watched(Operation.CLOSE, session, () -> link.close(how));
        }
    }

    private void changed(StateChange change) {
        LoggingEventBuilder line = switch (change.to()) {
            case OPEN, FORCED_OPEN, FORCED_CLOSED -> LOG.atWarn();
            case CLOSED, HALF_OPEN -> LOG.atInfo();
        };
        line.addKeyValue("connector", name)
                .addKeyValue("from", change.from().word())
                .addKeyValue("to", change.to().word())
                .addKeyValue("why", change.why())
                .log("The breaker is {}", change.to().word());
        listeners.forEach(listener -> listener.accept(change));
    }
}
