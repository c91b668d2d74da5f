package dev.weir.e2e.seed;

import dev.weir.e2e.seed.SeedScenario.Half;
import dev.weir.e2e.seed.SeedScenario.Report;
import dev.weir.e2e.seed.SeedScenario.Round;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The scenario against one relay after the other, as tables in Markdown. Arguments: how many
 * rounds, how many seconds each window lasts, and a file of relays: lines of {@code name = command},
 * the command as {@link RelayProcess} takes it, and {@code #} before a comment. Each relay gets two
 * rounds more, first, whose times do not count; that nothing is lost and who is ended does.
 */
public final class SeedComparison {
    private static final int PAIRS = 200;
    private static final int WARM_UP_ROUNDS = 2;
    private static final int MESSAGES_PER_SECOND = 2_000;
    private static final int MESSAGE_BYTES = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private SeedComparison() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        SeedScenario.Settings settings = new SeedScenario.Settings(
                PAIRS, WARM_UP_ROUNDS + Integer.parseInt(args[0]), MESSAGES_PER_SECOND, MESSAGE_BYTES,
                Duration.ofSeconds(Integer.parseInt(args[1])), PATIENCE);
        StringBuilder latencies = table(
                "relay", "p50 ms, calm", "offended", "p99 ms, calm", "offended", "p99 ratio",
                "p99.9 ms, calm", "offended");
        StringBuilder losses = table(
                "relay", "pairs ended", "messages lost", "out of order or damaged",
                "RSS MB, calm", "offended", "queued KB, offended");
        StringBuilder endings = table(
                "relay", "offence", "partner was told", "offender was told", "after s");
        for (String line : Files.readAllLines(Path.of(args[2]))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String name = line.substring(0, line.indexOf('=')).strip();
            Report report = run(line.substring(line.indexOf('=') + 1).strip(), settings);
            latencies.append(latencies(name, measured(report)));
            losses.append(losses(name, report));
            endings.append(endings(name, report));
        }
        System.out.println(latencies.append('\n').append(losses).append('\n').append(endings));
    }

    private static Report run(String command, SeedScenario.Settings settings)
            throws IOException, InterruptedException {
        try (RelayProcess relay = RelayProcess.start(command)) {
            return new SeedScenario(settings, relay).run();
        }
    }

    /** The rounds whose times count: a JIT compiles what offenders make a relay do when it sees it. */
    private static List<Round> measured(Report report) {
        return report.rounds().subList(WARM_UP_ROUNDS, report.rounds().size());
    }

    private static String latencies(String name, List<Round> rounds) {
        return row(
                name,
                spread(rounds, latency(Round::calm, 50)),
                spread(rounds, latency(Round::offended, 50)),
                spread(rounds, latency(Round::calm, 99)),
                spread(rounds, latency(Round::offended, 99)),
                spread(rounds, round -> latency(Round::offended, 99).applyAsDouble(round)
                        / latency(Round::calm, 99).applyAsDouble(round)),
                spread(rounds, latency(Round::calm, 99.9)),
                spread(rounds, latency(Round::offended, 99.9)));
    }

    private static String losses(String name, Report report) {
        List<Round> rounds = measured(report);
        SteadyPairs.Totals steady = report.steady();
        int pairs = report.rounds().size() * (PAIRS - SeedScenario.OFFENDING_PAIRS);
        return row(
                name,
                steady.broken().size() + " of " + pairs,
                steady.lost() + " of " + steady.sent(),
                Long.toString(steady.misplaced() + steady.damaged()),
                spread(rounds, round -> round.calm().peak().residentBytes() / 1e6),
                spread(rounds, round -> round.offended().peak().residentBytes() / 1e6),
                spread(rounds, round -> round.offended().peak().queuedBytes() / 1e3));
    }

    private static ToDoubleFunction<Round> latency(Function<Round, Half> half, double percentile) {
        return round -> half.apply(round).recording().latencyMillis(percentile);
    }

    /** Median (lowest to highest) of all rounds. */
    private static String spread(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        return "%s (%s–%s)".formatted(
                number((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2),
                number(sorted[0]),
                number(sorted[sorted.length - 1]));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }

    /** One row for each offence: what was seen in all rounds. */
    private static String endings(String name, Report report) {
        StringBuilder rows = new StringBuilder();
        for (Offence offence : Offence.values()) {
            List<Offence.Ending> same = report.endings().stream()
                    .filter(ending -> ending.offence() == offence)
                    .toList();
            if (!same.isEmpty()) {
                rows.append(row(
                        name,
                        offence.title(),
                        distinct(same, Offence.Ending::partner),
                        distinct(same, Offence.Ending::offender),
                        "%s–%s".formatted(
                                number(seconds(same).min().orElseThrow()),
                                number(seconds(same).max().orElseThrow()))));
            }
        }
        return rows.toString();
    }

    private static DoubleStream seconds(List<Offence.Ending> endings) {
        return endings.stream().mapToDouble(Offence.Ending::seconds);
    }

    private static StringBuilder table(String... columns) {
        return new StringBuilder(row(columns)).append("|---".repeat(columns.length)).append("|\n");
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String distinct(
            List<Offence.Ending> endings, Function<Offence.Ending, String> what) {
        Set<String> seen = new LinkedHashSet<>();
        endings.forEach(ending -> seen.add(what.apply(ending)));
        return String.join(", ", seen);
    }
}
