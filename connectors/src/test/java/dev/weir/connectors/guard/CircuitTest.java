package dev.weir.connectors.guard;

import static dev.weir.connectors.guard.State.CLOSED;
import static dev.weir.connectors.guard.State.FORCED_CLOSED;
import static dev.weir.connectors.guard.State.FORCED_OPEN;
import static dev.weir.connectors.guard.State.HALF_OPEN;
import static dev.weir.connectors.guard.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.guard.Circuit.Permit;
import dev.weir.connectors.guard.Policy.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitTest {

    private static final Duration OPEN_FOR = Duration.ofSeconds(10);

    private final TestClock clock = new TestClock();
    private final List<StateChange> changes = new ArrayList<>();
    private final Circuit circuit = circuit(Window.COUNT);

    private Circuit circuit(Window window) {
        return new Circuit("orders",
                new Policy.Breaker(window, 10, 4, 50, Duration.ofSeconds(1), 75, OPEN_FOR, 2),
                clock.environment(), changes::add);
    }

    @Test
    void itOpensWhenTooManyOfTheLastCallsFailed() throws Exception {
        succeed(2);
        fail(1);
        assertThat(circuit.state()).isEqualTo(CLOSED);
        fail(1);
        assertThat(circuit.state()).isEqualTo(OPEN);
        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.from()).isEqualTo(CLOSED);
            assertThat(change.to()).isEqualTo(OPEN);
            assertThat(change.why()).startsWith("of 4 calls 2 failed (opens at 50 %)");
            assertThat(change.at()).isEqualTo(TestClock.START);
        });
    }

    @Test
    void itOpensWhenTooManyOfTheLastCallsWereSlow() throws Exception {
        succeed(1);
        for (int i = 0; i < 3; i++) {
            circuit.succeeded(circuit.acquire(), Duration.ofMillis(1001).toNanos());
        }
        assertThat(circuit.state()).isEqualTo(OPEN);
    }

    @Test
    void itStaysClosedBelowTheMinimumOfCalls() throws Exception {
        fail(3);
        assertThat(circuit.state()).isEqualTo(CLOSED);
        assertThat(circuit.snapshot().failureRate()).isNull();
    }

    @Test
    void aCountWindowForgetsWhatIsTooManyCallsAgo() throws Exception {
        fail(1);
        succeed(3);
        fail(1);
        succeed(9);
        assertThat(circuit.snapshot().failureRate()).isEqualTo(10);
    }

    @Test
    void aTimeWindowForgetsByTheGivenClock() throws Exception {
        Circuit byTime = circuit(Window.TIME);
        byTime.failed(byTime.acquire(), 1, failure());
        clock.advance(Duration.ofSeconds(11));
        for (int i = 0; i < 4; i++) {
            byTime.succeeded(byTime.acquire(), 1);
        }
        assertThat(byTime.snapshot().failureRate()).isEqualTo(0);
    }

    @Test
    void anOpenOneRefusesWithTheTimeToTheNextProbe() throws Exception {
        open();
        clock.advance(Duration.ofSeconds(4));
        assertThatThrownBy(circuit::acquire)
                .isInstanceOfSatisfying(LinkException.class, refusal -> {
                    assertThat(refusal.kind()).isEqualTo(Kind.NOT_TRIED);
                    assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(6));
                });
        assertThatThrownBy(circuit::refuseIfShut).isInstanceOf(LinkException.class);
        assertThat(circuit.snapshot().nextProbe())
                .isEqualTo(TestClock.START.plus(OPEN_FOR));
    }

    @Test
    void itClosesWhenItsProbesGoWell() throws Exception {
        halfOpen().forEach(probe -> circuit.succeeded(probe, 1));
        assertThat(changes).extracting(StateChange::to).containsExactly(OPEN, HALF_OPEN, CLOSED);
        assertThat(circuit.snapshot().failureRate()).isNull();
    }

    @Test
    void itOpensAgainWhenItsProbesFail() throws Exception {
        halfOpen().forEach(probe -> circuit.failed(probe, 1, failure()));
        assertThat(changes).extracting(StateChange::to).containsExactly(OPEN, HALF_OPEN, OPEN);
        assertThat(circuit.snapshot().nextProbe()).isEqualTo(clock.instant().plus(OPEN_FOR));
    }

    @Test
    void aHalfOpenOneLetsItsProbesThroughAndNoMore() throws Exception {
        assertThat(halfOpen()).hasSize(2).allMatch(Permit::probe);
        assertThatThrownBy(circuit::acquire)
                .isInstanceOfSatisfying(LinkException.class, refusal ->
                        assertThat(refusal.kind()).isEqualTo(Kind.NOT_TRIED));
    }

    @Test
    void aProbeThatFoundOutNothingIsTakenByAnother() throws Exception {
        List<Permit> probes = halfOpen();
        circuit.release(probes.getFirst());
        circuit.succeeded(circuit.acquire(), 1);
        circuit.succeeded(probes.getLast(), 1);
        assertThat(circuit.state()).isEqualTo(CLOSED);
    }

    @Test
    void aCallFromBeforeItOpenedSaysNothingAboutTheProbes() throws Exception {
        Permit early = circuit.acquire();
        Permit earlier = circuit.acquire();
        Permit earliest = circuit.acquire();
        List<Permit> probes = halfOpen();
        circuit.failed(early, 1, failure());
        circuit.failed(earlier, 1, failure());
        circuit.release(earliest);
        assertThat(circuit.state()).isEqualTo(HALF_OPEN);
        assertThatThrownBy(circuit::acquire).isInstanceOf(LinkException.class);
        probes.forEach(probe -> circuit.succeeded(probe, 1));
        assertThat(circuit.state()).isEqualTo(CLOSED);
    }

    @Test
    void brokenLinksOpenAClosedOneAndSayNothingToAnother() throws Exception {
        for (int i = 0; i < 4; i++) {
            circuit.failedUnasked(failure());
        }
        assertThat(circuit.state()).isEqualTo(OPEN);
        clock.advance(OPEN_FOR);
        Permit probe = circuit.acquire();
        circuit.failedUnasked(failure());
        circuit.failedUnasked(failure());
        circuit.succeeded(probe, 1);
        circuit.succeeded(circuit.acquire(), 1);
        assertThat(circuit.state()).isEqualTo(CLOSED);
    }

    @Test
    void anOperatorsWordHoldsUntilTheNext() throws Exception {
        circuit.force(Force.OPEN);
        assertThat(circuit.state()).isEqualTo(FORCED_OPEN);
        clock.advance(OPEN_FOR.multipliedBy(10));
        assertThatThrownBy(circuit::acquire).hasMessageContaining("operator");

        circuit.force(Force.CLOSED);
        fail(20);
        assertThat(circuit.state()).isEqualTo(FORCED_CLOSED);

        circuit.force(Force.AUTO);
        assertThat(circuit.state()).isEqualTo(CLOSED);
        fail(4);
        assertThat(circuit.state()).isEqualTo(OPEN);
        circuit.force(Force.AUTO);
        assertThat(circuit.state()).isEqualTo(CLOSED);
    }

    private void succeed(int times) throws LinkException {
        for (int i = 0; i < times; i++) {
            circuit.succeeded(circuit.acquire(), 1);
        }
    }

    private void fail(int times) throws LinkException {
        for (int i = 0; i < times; i++) {
            circuit.failed(circuit.acquire(), 1, failure());
        }
    }

    private void open() throws LinkException {
        fail(4);
        assertThat(circuit.state()).isEqualTo(OPEN);
    }

    /** {@return its two probes} */
    private List<Permit> halfOpen() throws LinkException {
        open();
        clock.advance(OPEN_FOR);
        List<Permit> probes = List.of(circuit.acquire(), circuit.acquire());
        assertThat(circuit.state()).isEqualTo(HALF_OPEN);
        return probes;
    }

    private static LinkException failure() {
        return new LinkException(Kind.FAILED, "orders: 500");
    }
}
