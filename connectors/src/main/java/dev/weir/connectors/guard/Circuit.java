package dev.weir.connectors.guard;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weir.connectors.Environment;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one service: rates and windows are Resilience4j's, and around it is what
 * that leaves open. Every call gets a permit and gives it back, in one of three ways, exactly once.
 *
 * <p>A permit belongs to the state in which it was given. What a call that began before the breaker
 * opened does afterwards says nothing about the probes: Resilience4j alone would count it as one,
 * and would let an extra probe through for each that is given back late.
 *
 * <p>The step from open to half-open is made by the first call that is due, so that no timer and
 * no thread is needed; all times are by the clock for waiting, which nobody sets back.
 *
 * <p>Who waits for the breaker stands in a queue. Only the first of them watches the time; each who
 * leaves wakes the next, and as many leave as there are free probes.
 */
final class Circuit {

    /** Within this time who was let go has called, or the next in the queue is let go. */
    private static final long GRANT_NANOS = Duration.ofSeconds(1).toNanos();

    private final String name;
    private final Policy.Breaker policy;
    private final Environment environment;
    private final Consumer<StateChange> announce;
    private final CircuitBreaker breaker;

    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedSet<Turn> waiters = new LinkedHashSet<>();
    private final Queue<Long> grants = new ArrayDeque<>();
    private long epoch;
    private int probes;
    private long openUntil;
    private Instant since;
    private boolean ended;

    /**
     * @param announce is told of each change, by the thread that made it, after the fact; must not
     *     block
     */
    Circuit(String name, Policy.Breaker policy, Environment environment,
            Consumer<StateChange> announce) {
        this.name = name;
        this.policy = policy;
        this.environment = environment;
        this.announce = announce;
        this.since = environment.clock().instant();
        this.breaker = CircuitBreaker.of(name, CircuitBreakerConfig.custom()
                .slidingWindow(policy.size(), policy.minimumCalls(),
                        policy.window() == Policy.Window.COUNT
                                ? SlidingWindowType.COUNT_BASED
                                : SlidingWindowType.TIME_BASED,
                        // The other strategy takes the system's clock for its windows.
                        SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                .failureRateThreshold(policy.failureRate())
                .slowCallRateThreshold(policy.slowRate())
                .slowCallDurationThreshold(policy.slowCall())
                .waitDurationInOpenState(policy.open())
                .permittedNumberOfCallsInHalfOpenState(policy.probes())
                .clock(new SteadyClock(environment.nanoClock()))
                .currentTimestampFunction(
                        clock -> environment.nanoClock().getAsLong(), TimeUnit.NANOSECONDS)
                .build());
    }

    /**
     * The right to one call.
     *
     * @param epoch counts the states: it is void in another one
     * @param probe whether this call decides what becomes of a half-open breaker
     */
    record Permit(long epoch, boolean probe) {}

    /**
     * {@return the right to call now}
     *
     * @throws LinkException of kind NOT_TRIED, with the time to the next probe, when there is none
     */
    Permit acquire() throws LinkException {
        @Nullable StateChange change = null;
        lock.lock();
        try {
            if (state() == State.OPEN && nanosToProbe() <= 0) {
                change = change("the next probe is due", breaker::transitionToHalfOpenState);
            }
            if (isShut() || !breaker.tryAcquirePermission()) {
                throw refusal();
            }
            boolean probe = state() == State.HALF_OPEN;
            if (probe) {
                probes++;
                grants.poll();
            }
            return new Permit(epoch, probe);
        } finally {
            lock.unlock();
            announce(change);
        }
    }

    /** Throws what {@link #acquire} would throw, and takes nothing. */
    void refuseIfShut() throws LinkException {
        lock.lock();
        try {
            if (isShut()) {
                throw refusal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The service did its part. */
    void succeeded(Permit permit, long nanos) {
        settle(permit, () -> breaker.onSuccess(nanos, NANOSECONDS));
    }

    /** The service failed. */
    void failed(Permit permit, long nanos, Throwable why) {
        settle(permit, () -> breaker.onError(nanos, NANOSECONDS, why));
    }

    /** Nothing was learned about the service. */
    void release(Permit permit) {
        settle(permit, () -> {
            breaker.releasePermission();
            if (permit.probe()) {
                probes--;
            }
        });
    }

    /** The service failed without having been called; counts while the breaker is closed. */
    void failedUnasked(Throwable why) {
        @Nullable StateChange change = null;
        lock.lock();
        try {
            if (state() == State.CLOSED) {
                change = change(null, () -> breaker.onError(0, NANOSECONDS, why));
            }
        } finally {
            lock.unlock();
            announce(change);
        }
    }

    private void settle(Permit permit, Runnable result) {
        @Nullable StateChange change = null;
        lock.lock();
        try {
            if (permit.epoch() == epoch) {
                change = change(null, result);
                wakeFirst();
            }
        } finally {
            lock.unlock();
            announce(change);
        }
    }

    /** An operator decides. */
    void force(Force what) {
        @Nullable StateChange change;
        lock.lock();
        try {
            change = change("an operator said so", switch (what) {
                case OPEN -> breaker::transitionToForcedOpenState;
                case CLOSED -> breaker::transitionToDisabledState;
                case AUTO -> breaker::reset;
            });
        } finally {
            lock.unlock();
        }
        announce(change);
    }

    /** {@return a place for one who is going to wait until a call would go through} */
    Turn turn() {
        return new Turn(this, lock.newCondition());
    }

    /** See {@link Turn#await}. */
    boolean await(Turn turn, long nanos) throws InterruptedException {
        long deadline = environment.nanoClock().getAsLong() + nanos;
        lock.lockInterruptibly();
        try {
            waiters.add(turn);
            while (!ended && !turn.cancelled) {
                long now = environment.nanoClock().getAsLong();
                long pause = waiters.getFirst().equals(turn) ? nanosToTurn(now) : Long.MAX_VALUE;
                if (pause <= 0) {
                    return true;
                }
                if (now - deadline >= 0) {
                    return false;
                }
                var _ = turn.changed.awaitNanos(Math.min(pause, deadline - now));
            }
            return false;
        } finally {
            waiters.remove(turn);
            wakeFirst();
            lock.unlock();
        }
    }

    void cancel(Turn turn) {
        lock.lock();
        try {
            turn.cancelled = true;
            turn.changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** {@return after how long to look again; 0 when the first who waits may go, and is let go} */
    private long nanosToTurn(long now) {
        return switch (state()) {
            case CLOSED, FORCED_CLOSED -> 0;
            case FORCED_OPEN -> Long.MAX_VALUE;
            case OPEN -> nanosToProbe() > 0 ? nanosToProbe() : nanosToFreeProbe(now, 0);
            case HALF_OPEN -> nanosToFreeProbe(now, probes);
        };
    }

    private long nanosToFreeProbe(long now, int taken) {
        while (!grants.isEmpty() && grants.element() - now <= 0) {
            grants.remove();
        }
        if (taken >= policy.probes()) {
            return Long.MAX_VALUE; // Until one of them is settled.
        }
        if (taken + grants.size() < policy.probes()) {
            grants.add(now + GRANT_NANOS);
            return 0;
        }
        return grants.element() - now;
    }

    State state() {
        return switch (breaker.getState()) {
            case CLOSED, METRICS_ONLY -> State.CLOSED;
            case OPEN -> State.OPEN;
            case HALF_OPEN -> State.HALF_OPEN;
            case FORCED_OPEN -> State.FORCED_OPEN;
            case DISABLED -> State.FORCED_CLOSED;
        };
    }

    /**
     * What is to be seen of a breaker at one moment.
     *
     * @param failureRate percent; null while there are too few calls
     * @param slowRate percent; null while there are too few calls
     * @param nextProbe null when it is not open
     */
    record Snapshot(
            State state,
            Instant since,
            @Nullable Double failureRate,
            @Nullable Double slowRate,
            @Nullable Instant nextProbe,
            int waiting) {}

    Snapshot snapshot() {
        lock.lock();
        try {
            CircuitBreaker.Metrics metrics = breaker.getMetrics();
            @Nullable Instant nextProbe = state() == State.OPEN
                    ? environment.clock().instant().plusNanos(Math.max(0, nanosToProbe()))
                    : null;
            return new Snapshot(
                    state(),
                    since,
                    percent(metrics.getFailureRate()),
                    percent(metrics.getSlowCallRate()),
                    nextProbe,
                    waiters.size());
        } finally {
            lock.unlock();
        }
    }

    /** Wakes who waits; nobody waits any more. */
    void close() {
        lock.lock();
        try {
            ended = true;
            waiters.forEach(turn -> turn.changed.signal());
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Double percent(float rate) {
        return rate < 0 ? null : Double.valueOf(rate);
    }

    private boolean isShut() {
        return switch (state()) {
            case OPEN -> nanosToProbe() > 0;
            case FORCED_OPEN -> true;
            case HALF_OPEN -> probes >= policy.probes();
            case CLOSED, FORCED_CLOSED -> false;
        };
    }

    private LinkException refusal() {
        return switch (state()) {
            case FORCED_OPEN -> new LinkException(
                    Kind.NOT_TRIED, name + ": the breaker was opened by an operator");
            case OPEN -> new LinkException(Kind.NOT_TRIED, name + ": the breaker is open", null,
                    Duration.ofNanos(Math.max(0, nanosToProbe())));
            default -> new LinkException(
                    Kind.NOT_TRIED, name + ": the breaker is half-open, all probes are on their way");
        };
    }

    private long nanosToProbe() {
        return openUntil - environment.nanoClock().getAsLong();
    }

    /** Does something with the breaker; {@return the change of state that it made, if any} */
    private @Nullable StateChange change(@Nullable String why, Runnable action) {
        State before = state();
        action.run();
        State after = state();
        if (before == after) {
            return null;
        }
        epoch++;
        probes = 0;
        if (after != State.HALF_OPEN) {
            grants.clear(); // Else they were given for just this.
        }
        since = environment.clock().instant();
        if (after == State.OPEN) {
            openUntil = environment.nanoClock().getAsLong() + policy.open().toNanos();
        }
        wakeFirst();
        return new StateChange(name, before, after, why != null ? why : byRates(after), since);
    }

    private String byRates(State after) {
        if (after == State.CLOSED) {
            return "the probes went well";
        }
        CircuitBreaker.Metrics metrics = breaker.getMetrics();
        return "of %d calls %d failed (opens at %d %%) and %d were slow (opens at %d %%)".formatted(
                metrics.getNumberOfBufferedCalls(), metrics.getNumberOfFailedCalls(),
                policy.failureRate(), metrics.getNumberOfSlowCalls(), policy.slowRate());
    }

    private void wakeFirst() {
        if (!waiters.isEmpty()) {
            waiters.getFirst().changed.signal();
        }
    }

    private void announce(@Nullable StateChange change) {
        if (change != null) {
            announce.accept(change);
        }
    }
}
