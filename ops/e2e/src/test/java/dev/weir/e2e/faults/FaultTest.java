package dev.weir.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A service fails and comes back: no message is lost or done twice, every client is told, and
 * nobody else notices. A short form of {@link FaultTable}, without times.
 */
final class FaultTest {

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"DOWN_AT_START", "FAILS", "DIES"})
    void nothingIsLostOrDoneTwiceAndTheServiceIsUsedAgainWhenItIsWell(Fault fault)
            throws Exception {
        try (FaultScenario scenario =
                FaultScenario.start(Backends.HTTP, Set.of(fault), Duration.ofSeconds(2))) {
            FaultScenario.Result result = scenario.run(fault);

            Clients.Tally clients = result.clients();
            assertThat(clients.lost()).as("neither answered nor reported, %s", scenario.log())
                    .isEmpty();
            assertThat(clients.answered()).isPositive();
            assertThat(clients.answered() + clients.reported()).isEqualTo(clients.sent());
            assertThat(clients.answeredTwice()).isZero();
            assertThat(clients.seen().keySet()).isNotEmpty().allMatch(told ->
                    told.startsWith("1014 "));
            assertThat(result.doubled()).as("done twice").isZero();
            assertThat(result.delivered()).isGreaterThanOrEqualTo(clients.answered());
            assertThat(result.openings()).as("openings of the breaker").isPositive();
            assertThat(result.secondsToRecover()).isFinite();
            assertThat(result.others().lost()).as("lost on another route").isZero();
            assertThat(result.others().broken()).isEmpty();
        }
    }
}
