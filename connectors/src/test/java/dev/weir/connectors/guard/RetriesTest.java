package dev.weir.connectors.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetriesTest {

    private static final Duration BACKOFF = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final List<Long> bounds = new ArrayList<>();

    private Retries retries(int attempts, int budget, boolean idempotent) {
        return new Retries(
                new Policy.Retry(attempts, BACKOFF, LIMIT, budget, idempotent),
                bound -> {
                    bounds.add(bound);
                    return bound - 1;
                });
    }

    @Test
    void aPauseIsAnythingUpToABoundThatDoublesUpToTheLimit() {
        Retries retries = retries(100, 100, false);
        List<Duration> pauses = new ArrayList<>();
        for (int attempts = 1; attempts <= 6; attempts++) {
            pauses.add(Duration.ofNanos(retries.pauseAfter(attempts, failure(Kind.UNREACHABLE))));
        }
        assertThat(pauses).extracting(Duration::toMillis)
                .containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
        assertThat(bounds).allMatch(bound -> bound <= LIMIT.toNanos() + 1);
        assertThat(retries.pauseAfter(90, failure(Kind.UNREACHABLE))).isEqualTo(LIMIT.toNanos());
    }

    @Test
    void thereAreNoMoreAttemptsThanAllowed() {
        Retries retries = retries(3, 100, false);
        assertThat(retries.pauseAfter(2, failure(Kind.BUSY))).isPositive();
        assertThat(retries.pauseAfter(3, failure(Kind.BUSY))).isEqualTo(Retries.NEVER);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void onlyWhatCannotHaveArrivedIsRepeated(Kind kind) {
        boolean repeated = retries(3, 100, false).pauseAfter(1, failure(kind)) != Retries.NEVER;
        assertThat(repeated).isEqualTo(kind == Kind.UNREACHABLE || kind == Kind.BUSY);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatTheServiceCanTellTwiceIsRepeatedAfterAnyFailureOfIt(Kind kind) {
        LinkException failure = failure(kind);
        boolean repeated = retries(3, 100, true).pauseAfter(1, failure) != Retries.NEVER;
        assertThat(repeated).isEqualTo(failure.isFailureOfService());
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"NOT_TRIED", "REJECTED", "CLOSED"})
    void whatIsNoFailureOfTheServiceIsNeverRepeated(Kind kind) {
        assertThat(retries(3, 100, true).pauseAfter(1, failure(kind))).isEqualTo(Retries.NEVER);
    }

    @Test
    void aPauseThatTheServiceAsksForIsKept() {
        Retries retries = retries(3, 100, false);
        assertThat(retries.pauseAfter(1, busyFor(Duration.ofMillis(900))))
                .isEqualTo(Duration.ofMillis(900).toNanos());
    }

    @Test
    void aPauseThatIsTooLongEndsTheAttempts() {
        assertThat(retries(3, 100, false).pauseAfter(1, busyFor(LIMIT.plusNanos(1))))
                .isEqualTo(Retries.NEVER);
    }

    @Test
    void retriesAreAShareOfFirstAttemptsBesideWhatWasSavedUp() {
        Retries retries = retries(3, 20, false);
        int made = 0;
        for (int i = 0; i < 1000; i++) {
            retries.firstAttempt();
            if (retries.pauseAfter(1, failure(Kind.UNREACHABLE)) != Retries.NEVER) {
                made++;
            }
        }
        assertThat(made).isBetween(200, 210);
    }

    @Test
    void savingsHaveALimit() {
        Retries retries = retries(3, 100, false);
        for (int i = 0; i < 1000; i++) {
            retries.firstAttempt();
        }
        int made = 0;
        while (retries.pauseAfter(1, failure(Kind.UNREACHABLE)) != Retries.NEVER) {
            made++;
        }
        assertThat(made).isEqualTo(10);
    }

    @Test
    void aBudgetOfNothingIsNoRetry() {
        Retries retries = retries(3, 0, true);
        retries.firstAttempt();
        assertThat(retries.pauseAfter(1, failure(Kind.UNREACHABLE))).isEqualTo(Retries.NEVER);
    }

    private static LinkException failure(Kind kind) {
        return new LinkException(kind, "orders: no");
    }

    private static LinkException busyFor(Duration pause) {
        return new LinkException(Kind.BUSY, "orders: 503", null, pause);
    }
}
