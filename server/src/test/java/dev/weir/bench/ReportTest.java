package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.Violations.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    private final Violations violations = new Violations();

    private Report report() {
        Histogram times = Times.histogram();
        for (int i = 1; i <= 100_000; i++) {
            times.recordValue(i * 1000L);
        }
        Result result = new Result("latency", "3 pairs", 4,
                List.of(new Figure("messages_per_s", "messages a second", 12_345.6, ""),
                        new Figure("relay_cpu_us_per_message", "relay, CPU a message", 1.234,
                                "µs")),
                Map.of("limited_by", "the <relay>"),
                List.of(new Curve("latency", "from when it was due", times)),
                100_000, violations);
        return new Report(result, Instant.parse("2026-01-02T03:04:05Z"),
                Map.of("target", "ws://here/{key}?a=1&b=2"));
    }

    @Test
    void textTellsFiguresPercentilesAndTheVerdict() {
        assertThat(report().text()).isEqualTo("""
                latency: 3 pairs
                4 s at ws://here/{key}?a=1&b=2

                  limited by                          the <relay>
                  messages a second                   12,346
                  relay, CPU a message                1.23 µs

                  µs                             p50       p90       p99     p99.9    p99.99       max
                  from when it was due        50,004    90,046    99,025    99,942   100,008   100,008

                100,000 messages checked: none lost, doubled, out of order or damaged
                """);
    }

    @Test
    void textTellsWhatWasWrong() {
        violations.add(Kind.LOST, 3, "worker 1 lacks three");
        violations.add(Kind.DAMAGED, "client 2 got rubbish");

        assertThat(report().text()).endsWith("100,000 messages checked: 3 lost, 1 damaged; the"
                + " first: worker 1 lacks three\n");
    }

    @Test
    void jsonHasEverythingUnderStableNames() {
        violations.add(Kind.LOST, 3, "worker 1 lacks three");

        JsonNode json = JsonMapper.shared().readTree(report().json());

        assertThat(json.path("mode").asString()).isEqualTo("latency");
        assertThat(json.path("begun").asString()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(json.path("figures").path("relay_cpu_us_per_message").asDouble())
                .isEqualTo(1.234);
        assertThat(json.path("facts").path("limited_by").asString()).isEqualTo("the <relay>");
        assertThat(json.path("times_us").path("latency").path("count").asLong())
                .isEqualTo(100_000);
        assertThat(json.path("times_us").path("latency").path("p99.9").asDouble())
                .isBetween(99_900.0, 100_100.0);
        assertThat(json.path("violations").path("total").asLong()).isEqualTo(3);
        assertThat(json.path("violations").path("lost").asLong()).isEqualTo(3);
        assertThat(json.path("violations").path("duplicated").asLong()).isZero();
    }

    @Test
    void thePageIsOneFileWithACurveThatOnlyRises() {
        String html = HtmlReport.of(report());

        assertThat(html).startsWith("<!DOCTYPE html>").contains("prefers-color-scheme: dark")
                .contains("the &lt;relay&gt;", "a=1&amp;b=2", "99.99 %", "12,346", "90,046")
                .doesNotContain("<script", "http://", "https://", "%s", "NaN");
        Matcher curve = Pattern.compile("<polyline class=\"curve c0\" points=\"([^\"]+)\"")
                .matcher(html);
        assertThat(curve.find()).isTrue();
        double x = 0;
        double y = 1000;
        for (String point : curve.group(1).split(" ", -1)) {
            String[] at = point.split(",", -1);
            assertThat(Double.parseDouble(at[0])).isGreaterThan(x);
            assertThat(Double.parseDouble(at[1])).isLessThanOrEqualTo(y);
            x = Double.parseDouble(at[0]);
            y = Double.parseDouble(at[1]);
        }
        assertThat(x).isEqualTo(820);
    }

    @Test
    void aResultWithoutTimesHasNoCurves() {
        Result nothing = new Result("idle", "no message", 1, List.of(), Map.of(), List.of(), 0,
                violations);
        Report report = new Report(nothing, Instant.EPOCH, Map.of());

        assertThat(HtmlReport.of(report)).doesNotContain("<svg");
        assertThat(report.text()).doesNotContain("p50");
    }
}
