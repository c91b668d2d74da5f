package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.TestRelay.Fault;
import dev.weir.bench.Violations.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A relay that does one thing wrong, once: each must be found, and called by its name. */
class VerificationTest {

    @ParameterizedTest
    @CsvSource({
        "LOSE, LOST", "DOUBLE, DUPLICATED", "SWAP, REORDERED", "DAMAGE, DAMAGED",
        "MISCOUNT, DAMAGED", "SHORTEN, DAMAGED", "RETYPE, DAMAGED", "RETURN, MISDELIVERED",
        "MASK, BAD_FRAMES", "HANG_UP, ENDED_CONNECTIONS"
    })
    void whatTheRelayDoesWrongIsFound(Fault fault, Kind kind) throws Exception {
        // Most of them leave a message missing, for which a run waits to the end of its patience.
        Violations violations =
                throughput(fault, false, Content.TEXT, 64, Duration.ofMillis(200)).violations();

        assertThat(violations.count(kind)).as(violations + "; " + violations.first()).isPositive();
    }

    @Test
    void oneMessageDoubledIsOneViolationAndNoOther() throws Exception {
        Violations violations = throughput(Fault.DOUBLE, false, Content.TEXT, 64).violations();

        assertThat(violations).hasToString("1 duplicated");
        assertThat(violations.first()).isEqualTo("worker 0 got " + TestRelay.WRONG + " again");
    }

    @Test
    void oneMessageOutOfOrderIsNotLost() throws Exception {
        assertThat(throughput(Fault.SWAP, false, Content.TEXT, 64).violations())
                .hasToString("1 reordered");
    }

    @ParameterizedTest
    @EnumSource
    void messagesThatComeAsTheyWereSentAreGood(Content content) throws Exception {
        Result result = throughput(Fault.NONE, false, content, 1024);

        assertThat(result.violations().total()).as(result.violations().first()).isZero();
        assertThat(result.verified()).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource({"32", "33", "157", "158", "65567", "65568", "300000"})
    void messagesOfEachLengthOfHeaderAndInFragmentsAreGood(int size) throws Exception {
        Result result = throughput(Fault.NONE, true, Content.BINARY, size);

        assertThat(result.violations().total()).as(result.violations().first()).isZero();
        assertThat(result.verified()).isPositive();
    }

    @Test
    void aRelayThatRefusesIsQuoted() throws Exception {
        try (TestRelay relay = new TestRelay(Fault.NONE, false)) {
            Endpoint nowhere = Endpoint.of(relay.url("/none/{key}"), List.of(), "");
            Load load = load(new Target(nowhere, nowhere, Order.TOGETHER, "k-"), Content.TEXT, 64,
                    Duration.ofSeconds(1));

            assertThatThrownBy(() -> new ThroughputRun(load, 1, surroundings()).run())
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining("the relay answered: HTTP/1.1 404 Not Found");
        }
    }

    @Test
    void aSubprotocolThatIsNotChosenIsARefusal() throws Exception {
        try (TestRelay relay = new TestRelay(Fault.NONE, false)) {
            Endpoint client = Endpoint.of(relay.url("/client/{key}"), List.of(), "chat");
            Load load = load(new Target(client, client, Order.TOGETHER, "k-"), Content.TEXT, 64,
                    Duration.ofSeconds(1));

            assertThatThrownBy(() -> new ThroughputRun(load, 1, surroundings()).run())
                    .hasMessageContaining("the subprotocol \"\"");
        }
    }

    private static Result throughput(Fault fault, boolean fragments, Content content, int size)
            throws IOException, BenchException {
        return throughput(fault, fragments, content, size, Duration.ofSeconds(10));
    }

    private static Result throughput(Fault fault, boolean fragments, Content content, int size,
            Duration drain) throws IOException, BenchException {
        try (TestRelay relay = new TestRelay(fault, fragments)) {
            Load load = load(target(relay), content, size, drain);
            return new ThroughputRun(load, 4, surroundings()).run();
        }
    }

    private static Target target(TestRelay relay) {
        return new Target(Endpoint.of(relay.url("/client/{key}"), List.of(), ""),
                Endpoint.of(relay.url("/worker/{key}"), List.of(), ""), Order.WORKER_FIRST, "k-");
    }

    private static Load load(Target target, Content content, int size, Duration drain) {
        return new Load(target, 3, content, size, Direction.BOTH, 8, 0, Duration.ofMillis(20),
                Duration.ZERO, Duration.ofMillis(200), drain);
    }

    private static Surroundings surroundings() {
        return new Surroundings(
                System::nanoTime, () -> false, Progress.silent(), null, new Random(7));
    }
}
