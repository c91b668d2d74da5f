package dev.weir.connectors.guard;

import dev.weir.connectors.LinkException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/**
 * Decides whether a failed call is tried again, and after how long. Retries are paid from a budget
 * that first attempts fill, so that a service that fails gets little more calls than one that is
 * well; the idea is Finagle's {@code RetryBudget}.
 */
final class Retries {

    /** As many retries as can be saved up. */
    private static final int SAVINGS = 10;

    /** The price of a retry, so that a first attempt can pay for a percentage of it. */
    private static final long PRICE = 100;

    /** No further attempt. */
    static final long NEVER = -1;

    private final Policy.Retry policy;
    private final LongUnaryOperator random;
    private final AtomicLong budget;

    /**
     * @param random a number from 0 to below the bound
     */
    Retries(Policy.Retry policy, LongUnaryOperator random) {
        this.policy = policy;
        this.random = random;
        this.budget = new AtomicLong(policy.budget() > 0 ? SAVINGS * PRICE : 0);
    }

    /** A first attempt is made. */
    void firstAttempt() {
        budget.accumulateAndGet(policy.budget(), (left, share) ->
                Math.min(left + share, SAVINGS * PRICE));
    }

    /**
     * {@return nanoseconds to the next attempt, or {@link #NEVER}} Then a retry is paid.
     *
     * @param attempts made so far
     */
    long pauseAfter(int attempts, LinkException failure) {
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        if (attempts >= policy.attempts()
                || !mayRepeat(failure)
                || asked.compareTo(policy.backoffLimit()) > 0
                || !pay()) {
            return NEVER;
        }
        return Math.max(asked.toNanos(), random.applyAsLong(bound(attempts) + 1));
    }

    private boolean mayRepeat(LinkException failure) {
        return failure.isFailureOfService()
                && (!failure.mayHaveArrived() || policy.idempotent());
    }

    private long bound(int attempts) {
        long limit = policy.backoffLimit().toNanos();
        long first = policy.backoff().toNanos();
        int doublings = attempts - 1;
        return doublings < Long.numberOfLeadingZeros(first) - 1
                ? Math.min(limit, first << doublings)
                : limit;
    }

    private boolean pay() {
        return budget.getAndUpdate(left -> left < PRICE ? left : left - PRICE) >= PRICE;
    }
}
