package dev.weir.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A service fails and comes back: no message is lost, none done twice that the worker could not
 * know by its id, every client is told, and nobody else notices. A short form of {@link
 * FaultTable}, without times.
 */
final class FaultTest {

    @ParameterizedTest
    @CsvSource({
        "HTTP, DOWN_AT_START", "HTTP, FAILS", "HTTP, DIES",
        "RABBITMQ, DOWN_AT_START", "RABBITMQ, FAILS", "RABBITMQ, DIES",
        "KAFKA, DOWN_AT_START", "KAFKA, FAILS", "KAFKA, DIES"
    })
    void nothingIsLostAndTheServiceIsUsedAgainWhenItIsWell(Backends kind, Fault fault)
            throws Exception {
        try (FaultScenario scenario =
                FaultScenario.start(kind, Set.of(fault), Duration.ofSeconds(2))) {
            FaultScenario.Result result = scenario.run(fault);

            Clients.Tally clients = result.clients();
            assertThat(clients.lost()).as("neither answered nor reported, %s", scenario.log())
                    .isEmpty();
            assertThat(clients.answered()).isPositive();
            assertThat(clients.answered() + clients.reported()).isEqualTo(clients.sent());
            assertThat(clients.seen().keySet()).isNotEmpty().allMatch(told ->
                    told.startsWith("1014 "));
            assertThat(result.deliveries().unrecognisable())
                    .as("done twice, not to be known by the id").isZero();
            assertThat(result.deliveries().messages())
                    .isGreaterThanOrEqualTo(clients.answered());
            assertThat(result.openings()).as("openings of the breaker").isPositive();
            assertThat(result.secondsToRecover()).isFinite();
            assertThat(result.others().lost()).as("lost on another route").isZero();
            assertThat(result.others().broken()).isEmpty();
            if (kind == Backends.HTTP) { // There is nobody between that delivers again.
                assertThat(result.deliveries().doubled()).as("done twice").isZero();
                assertThat(clients.answeredTwice()).isZero();
            }
        }
    }
}
