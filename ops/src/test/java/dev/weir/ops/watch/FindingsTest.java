package dev.weir.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The board: when a finding begins and ends, what is shown first, and that it is bounded. */
class FindingsTest {

    private static final Instant START = Instant.parse("2026-11-22T03:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final Findings findings = new Findings(3, Duration.ofSeconds(10), now::get);

    private void passes(long seconds) {
        now.set(now.get().plusSeconds(seconds));
        findings.sweep();
    }

    private static Sighting sighting(Kind kind, String subject, Severity severity) {
        return new Sighting(
                kind, subject, severity, Culprit.session(subject, "client", "r"),
                subject + " is in trouble", Map.of("n", 1));
    }

    private static Sighting warning(String subject) {
        return sighting(Kind.STALLED_PAIR, subject, Severity.WARNING);
    }

    private List<String> shown() {
        return findings.report().findings().stream()
                .map(view -> view.kind() + " " + view.culprit().session())
                .toList();
    }

    @Test
    void anEmptyBoardIsOk() {
        findings.saw(List.of());
        assertThat(findings.report())
                .isEqualTo(new FindingsReport("ok", 0, List.of(), List.of(), 0));
    }

    @Test
    void whatIsSeenAgainIsOneFindingWithTheLatestEvidence() {
        findings.saw(List.of(warning("a")));
        passes(5);
        findings.saw(List.of(new Sighting(
                Kind.STALLED_PAIR, "a", Severity.WARNING, Culprit.nobody(), "later", Map.of())));
        assertThat(findings.open()).singleElement().satisfies(finding -> {
            assertThat(finding.since()).isEqualTo(START);
            assertThat(finding.seen()).isEqualTo(START.plusSeconds(5));
            assertThat(finding.summary()).isEqualTo("later");
        });
        assertThat(findings.begun()).containsExactly(Map.entry(Kind.STALLED_PAIR, 1L));
    }

    @Test
    void itEndsWhenItWasNotSeenForTheHoldTimeAndIsShownAsOver() {
        findings.saw(List.of(warning("a")));
        passes(10);
        assertThat(findings.report().status()).isEqualTo("warning");
        passes(1);
        assertThat(findings.report().status()).isEqualTo("ok");
        assertThat(findings.report().ended()).singleElement().satisfies(view -> {
            assertThat(view.until()).isEqualTo(START.plusSeconds(11));
            assertThat(view.runbook()).isEqualTo("ops/README.md#stalled-pair");
        });
        findings.saw(List.of(warning("a")));
        assertThat(findings.open()).singleElement()
                .satisfies(finding -> assertThat(finding.id()).isEqualTo(2));
    }

    @Test
    void itNeverGetsLessSevereWhileItLasts() {
        findings.saw(List.of(sighting(Kind.GC_PAUSE, "gc", Severity.CRITICAL)));
        findings.saw(List.of(sighting(Kind.GC_PAUSE, "gc", Severity.WARNING)));
        assertThat(findings.report().status()).isEqualTo("critical");
    }

    @Test
    void theWorstIsFirstThenWhatStopsMoreSessionsThenWhatHasLastedLonger() {
        findings.saw(List.of(warning("early")));
        passes(1);
        findings.saw(List.of(
                warning("late"), sighting(Kind.STUCK_CALL, "critical", Severity.CRITICAL)));
        assertThat(shown()).containsExactly(
                "stuck-call critical", "stalled-pair early", "stalled-pair late");
    }

    @Test
    void itIsBoundedAndCountsWhatFoundNoRoom() {
        findings.saw(IntStream.range(0, 5).mapToObj(i -> warning("s" + i)).toList());
        assertThat(findings.open()).hasSize(3);
        assertThat(findings.report().notShown()).isEqualTo(2);
        for (int i = 0; i < Findings.ENDED_MAX; i++) {
            passes(11);
            findings.saw(List.of(warning("t" + i)));
        }
        assertThat(findings.report().ended()).hasSize(Findings.ENDED_MAX);
    }

    @Test
    void whatIsWorseFindsRoomThoughTheBoardIsFull() {
        findings.saw(IntStream.range(0, 5).mapToObj(i -> warning("s" + i)).toList());
        findings.saw(List.of(sighting(Kind.CARRIER_STARVATION, "all", Severity.WARNING)));
        findings.saw(List.of(sighting(Kind.STALLED_PAIR, "worse", Severity.CRITICAL)));
        findings.saw(List.of(warning("s1"), warning("s2"))); // they do not push back
        assertThat(shown()).containsExactly(
                "stalled-pair worse", "carrier-starvation all", "stalled-pair s0");
        assertThat(findings.report().notShown()).isEqualTo(6);
    }

    @Test
    void aReportMayBeCutAndStillTellsHowMuchThereIs() {
        findings.saw(List.of(warning("a"), warning("b"), warning("c")));
        passes(11);
        findings.saw(List.of(warning("d"), warning("e")));
        FindingsReport report = findings.report().first(1);
        assertThat(report.open()).isEqualTo(2);
        assertThat(report.findings()).hasSize(1);
        assertThat(report.ended()).hasSize(1);
    }

    @Test
    void ofALongStackTheUpperPartIsKept() {
        List<String> deep = IntStream.range(0, 500).mapToObj(i -> "frame" + i).toList();
        assertThat(Culprit.nobody().in("t", deep).stack())
                .hasSize(40)
                .startsWith("frame0");
    }
}
