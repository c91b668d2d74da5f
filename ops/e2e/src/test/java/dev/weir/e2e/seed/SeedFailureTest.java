package dev.weir.e2e.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A client stops reading, a worker sleeps in its handler, a peer vanishes without FIN and one sends
 * garbage, all at once: nobody else may notice, and they have to be ended for what they did. What
 * nobody notices is measured by {@link SeedComparison}; here is what must hold on any machine.
 */
final class SeedFailureTest {
    private static final long QUEUED_BYTES = 4 << 20;
    private static final long RESIDENT_BYTES = 400 << 20;
    private static final String CONFIG = """
            limits: { queued-bytes: 4MiB }
            heartbeat: { ping: 3s, pong: 2s }
            routes:
              - name: default
                clients: /client/{key}
                workers: /worker/{key}
                queue: { messages: 1000, bytes: 1MiB, when-full: block, stall: 2s }
                write-deadline: 2s
            """;

    @Test
    void offendersAreEndedAndTheOtherPairsLoseNothing() throws Exception {
        SeedScenario.Settings settings = new SeedScenario.Settings(
                60, 3, 1_000, 256, Duration.ofSeconds(2), Duration.ofSeconds(30));
        try (RelayProcess weir = RelayProcess.weir(CONFIG, "-Xmx128m")) {
            SeedScenario.Report report = new SeedScenario(settings, weir).run();

            SteadyPairs.Totals steady = report.steady();
            assertThat(steady.broken()).isEmpty();
            assertThat(steady.lost()).as("lost of %d", steady.sent()).isZero();
            assertThat(steady.misplaced()).as("out of order").isZero();
            assertThat(steady.damaged()).as("damaged").isZero();
            assertThat(report.endings()).hasSize(12).allMatch(Offence.Ending::correct);
            assertThat(report.peak().queuedBytes()).isLessThanOrEqualTo(QUEUED_BYTES);
            assertThat(report.peak().residentBytes()).isLessThan(RESIDENT_BYTES);
            await("all sessions gone").atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(weir.sessions()).isEmpty());
        }
    }
}
