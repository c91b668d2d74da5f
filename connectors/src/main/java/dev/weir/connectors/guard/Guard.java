package dev.weir.connectors.guard;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weir.connectors.Connector;
import dev.weir.connectors.Environment;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.guard.Call.Operation;
import dev.weir.connectors.guard.Circuit.Permit;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is around every call to one service. From the outside in: a span and the metrics, the
 * retries, the bulkhead, the breaker. Each attempt takes one place in the bulkhead and one permit
 * of the breaker, and gives both back however it ends.
 */
final class Guard {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    final Circuit circuit;
    final Meters meters;
    private final String name;
    private final Connector connector;
    private final Policy policy;
    private final Environment environment;
    private final Semaphore bulkhead;
    private final Retries retries;
    private final Traces traces;
    private final Set<Call> inFlight = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile View.@Nullable LastError lastError;

    Guard(
            String name,
            String type,
            Connector connector,
            Policy policy,
            Environment environment,
            OpenTelemetry telemetry,
            LongUnaryOperator random,
            Consumer<StateChange> changed) {
        this.name = name;
        this.connector = connector;
        this.policy = policy;
        this.environment = environment;
        this.circuit = new Circuit(name, policy.breaker(), environment, changed);
        this.bulkhead = new Semaphore(policy.bulkhead().calls(), true);
        this.retries = new Retries(policy.retry(), random);
        this.meters = new Meters(telemetry, name, type, circuit::state, inFlight::size);
        this.traces = new Traces(telemetry, name, type, connector.viaBroker());
    }

    /** What is to be done; the argument is the trace to hand on, or null for the caller's own. */
    interface Step<T> {
        T run(@Nullable String traceparent) throws LinkException, InterruptedException;
    }

    /** Does it, behind all of that. */
    <T> T call(Operation operation, String session, @Nullable String traceparent, Step<T> step)
            throws LinkException, InterruptedException {
        long begun = now();
        Span span = traces.begin(operation, session, traceparent);
        Attempts<T> attempts = new Attempts<>(operation, session, step, Traces.traceparent(span));
        Outcome outcome = Outcome.FAILED;
        @Nullable Throwable failure = null;
        try {
            T result = attempts.run();
            outcome = Outcome.OK;
            return result;
        } catch (LinkException e) {
            outcome = Outcome.of(e.kind());
            failure = e;
            throw e;
        } catch (InterruptedException e) {
            outcome = Outcome.INTERRUPTED;
            failure = e;
            throw e;
        } finally {
            meters.ended(operation, outcome, now() - begun);
            Traces.end(span, outcome, attempts.made, failure);
        }
    }

    /** Does what is done even when the service is away, but is to be seen while it lasts. */
    void watched(Operation operation, String session, Runnable action) {
        Call call = new Call(operation, session, Thread.currentThread(), now());
        inFlight.add(call);
        try {
            action.run();
        } finally {
            inFlight.remove(call);
        }
    }

    /** The service failed without having been called. */
    void failedUnasked(LinkException failure) {
        circuit.failedUnasked(failure);
        remember(failure);
    }

    View.@Nullable LastError lastError() {
        return lastError;
    }

    int inFlight() {
        return inFlight.size();
    }

    /** {@return how many more calls the service may get at once} */
    int freeCalls() {
        return bulkhead.availablePermits();
    }

    List<Call> stuck(Duration longerThan) {
        long now = now();
        return inFlight.stream()
                .filter(call -> call.lasting(now).compareTo(longerThan) > 0)
                .sorted((one, other) -> Long.signum(one.nanos() - other.nanos()))
                .toList();
    }

    /** Nothing is tried any more, and nobody waits; what is on its way ends by itself. */
    void close() {
        closed.countDown();
        circuit.close();
        meters.close();
    }

    /** The attempts at one call. */
    private final class Attempts<T> {

        private final Operation operation;
        private final String session;
        private final Step<T> step;
        private final @Nullable String traceparent;
        private int made;

        Attempts(Operation operation, String session, Step<T> step,
                @Nullable String traceparent) {
            this.operation = operation;
            this.session = session;
            this.step = step;
            this.traceparent = traceparent;
        }

        T run() throws LinkException, InterruptedException {
            retries.firstAttempt();
            @Nullable LinkException arrivedPerhaps = null;
            while (true) {
                failIfClosed();
                made++;
                try {
                    return attempt();
                } catch (LinkException e) {
                    if (arrivedPerhaps == null && e.mayHaveArrived()) {
                        arrivedPerhaps = e;
                    }
                    long pause = retries.pauseAfter(made, e);
                    if (pause == Retries.NEVER) {
                        throw verdict(e, arrivedPerhaps);
                    }
                    meters.retried();
                    var _ = closed.await(pause, NANOSECONDS);
                }
            }
        }

        /** The last failure, unless it would deny that an earlier attempt may have arrived. */
        private LinkException verdict(LinkException last, @Nullable LinkException arrivedPerhaps) {
            if (arrivedPerhaps == null || last.mayHaveArrived()) {
                return last;
            }
            arrivedPerhaps.addSuppressed(last);
            return arrivedPerhaps;
        }

        private T attempt() throws LinkException, InterruptedException {
            circuit.refuseIfShut(); // Rather than after a wait for the bulkhead.
            if (!bulkhead.tryAcquire(policy.bulkhead().maxWait().toNanos(), NANOSECONDS)) {
                throw new LinkException(Kind.NOT_TRIED,
                        name + ": has " + policy.bulkhead().calls() + " calls already");
            }
            try {
                return call(circuit.acquire());
            } finally {
                bulkhead.release();
            }
        }

        private T call(Permit permit) throws LinkException, InterruptedException {
            Call call = new Call(operation, session, Thread.currentThread(), now());
            inFlight.add(call);
            boolean asked = false;
            boolean settled = false;
            try {
                if (permit.probe()) {
                    connector.check(); // Before a service that was away gets anybody's message.
                }
                asked = true;
                T result = step.run(traceparent);
                if (operation != Operation.OPEN || connector.opensAtService()) {
                    circuit.succeeded(permit, now() - call.nanos());
                    settled = true;
                }
                return result;
            } catch (LinkException | RuntimeException e) {
                LinkException failure = e instanceof LinkException known ? known : bug(e);
                settled = settle(permit, failure, now() - call.nanos());
                throw asked || !failure.isFailureOfService() ? failure : notBack(failure);
            } finally {
                if (!settled) {
                    circuit.release(permit);
                }
                inFlight.remove(call);
            }
        }
    }

    /** {@return whether that told something about the service} */
    private boolean settle(Permit permit, LinkException failure, long nanos) {
        if (failure.isFailureOfService()) {
            circuit.failed(permit, nanos, failure);
            remember(failure);
            return true;
        }
        if (failure.kind() == Kind.REJECTED) {
            circuit.succeeded(permit, nanos);
            return true;
        }
        return false;
    }

    private LinkException bug(Exception e) {
        LOG.atError().addKeyValue("connector", name).setCause(e).log("A connector has a bug");
        return new LinkException(Kind.FAILED, name + ": " + e, e);
    }

    /** The service was asked whether it is back, and is not: it did not see the call. */
    private LinkException notBack(LinkException failure) {
        return new LinkException(Kind.NOT_TRIED, String.valueOf(failure.getMessage()), failure,
                policy.breaker().open());
    }

    private void remember(LinkException failure) {
        lastError = new View.LastError(
                String.valueOf(failure.getMessage()), environment.clock().instant());
    }

    private void failIfClosed() throws LinkException {
        if (closed.getCount() == 0) {
            throw new LinkException(Kind.CLOSED, name + ": is closed");
        }
    }

    private long now() {
        return environment.nanoClock().getAsLong();
    }
}
