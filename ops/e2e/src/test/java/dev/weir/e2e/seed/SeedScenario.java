package dev.weir.e2e.seed;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Rounds on one relay, each with steady pairs that send without a break through two windows: a
 * calm one, in which the remaining four pairs behave like all others, and an offended one, in which
 * those four are offenders.
 */
public final class SeedScenario {
    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(1);
    private static final Duration LAST_MESSAGES = Duration.ofSeconds(10);
    static final int OFFENDING_PAIRS = 4;

    private final Settings settings;
    private final Endpoints relay;
    private final Footprint footprint;

    public SeedScenario(Settings settings, RelayProcess relay) {
        this.settings = settings;
        this.relay = relay.endpoints();
        this.footprint = new Footprint(relay);
    }

    /**
     * The size of it.
     *
     * @param pairs all pairs, the four offending ones among them
     * @param messagesPerSecond of all pairs together, both ways
     * @param window how long each half of a round is recorded
     * @param patience how long an offender may take to be ended
     */
    public record Settings(
            int pairs,
            int rounds,
            int messagesPerSecond,
            int messageBytes,
            Duration window,
            Duration patience) {}

    /** One half of a round: latencies of the steady pairs, what the relay took, who was ended. */
    record Half(Recording recording, Footprint.Peak peak, List<Offence.Ending> endings) {}

    /** A calm and an offended window, and what became of the steady pairs in both. */
    record Round(Half calm, Half offended, SteadyPairs.Totals steady) {}

    /** Everything that was seen of one relay. */
    public record Report(List<Round> rounds) {
        /** What became of the steady pairs of all rounds. */
        public SteadyPairs.Totals steady() {
            return rounds.stream().map(Round::steady).reduce(SteadyPairs.Totals::plus).orElseThrow();
        }

        /** How all offences of all rounds ended. */
        public List<Offence.Ending> endings() {
            return rounds.stream().flatMap(round -> round.offended().endings().stream()).toList();
        }

        /** The most that the relay took in any window. */
        public Footprint.Peak peak() {
            return rounds.stream()
                    .flatMap(round -> Stream.of(round.calm.peak, round.offended.peak))
                    .reduce(Footprint.Peak::max)
                    .orElseThrow();
        }
    }

    /** Runs all rounds. Blocks until the last message has arrived or is given up. */
    public Report run() throws IOException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < settings.rounds; i++) {
            String keys = "steady-" + i + "-";
            try (SteadyPairs steady = pairs(keys, settings.pairs - OFFENDING_PAIRS)) {
                observe(settings.window.dividedBy(2)); // both sides warm up
                footprint.peak();
                Half calm = calm(steady, i);
                Half offended = offended(steady, i);
                rounds.add(new Round(calm, offended, steady.finish(LAST_MESSAGES)));
            }
        }
        return new Report(rounds);
    }

    private Half calm(SteadyPairs steady, int round) throws IOException, InterruptedException {
        try (SteadyPairs others = pairs("calm-" + round + "-", OFFENDING_PAIRS)) {
            Recording recording = steady.record();
            observe(settings.window);
            steady.record();
            footprint.sampleQueues();
            others.finish(LAST_MESSAGES);
            return new Half(recording, footprint.peak(), List.of());
        }
    }

    private Half offended(SteadyPairs steady, int round)
            throws IOException, InterruptedException {
        List<Offender> offenders = new ArrayList<>();
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Offence offence : offences(round)) {
                offenders.add(Offender.connect(offence, relay, "bad-" + round + "-" + offence));
            }
            Recording recording = steady.record();
            List<Future<Offence.Ending>> endings = offenders.stream()
                    .map(offender -> tasks.submit(() -> offender.offend(settings.patience)))
                    .toList();
            observe(settings.window);
            steady.record();
            footprint.sampleQueues();
            return new Half(recording, footprint.peak(), all(endings));
        } finally {
            for (Offender offender : offenders) {
                offender.close();
            }
        }
    }

    /** One kind of garbage each round, in turn. */
    private static List<Offence> offences(int round) {
        return List.of(
                Offence.STOPS_READING,
                Offence.SLEEPS,
                Offence.VANISHES,
                Offence.GARBAGE.get(round % Offence.GARBAGE.size()));
    }

    private SteadyPairs pairs(String keys, int count) throws IOException {
        int rate = settings.messagesPerSecond * count / settings.pairs;
        return SteadyPairs.start(relay, keys, count, rate, settings.messageBytes);
    }

    private void observe(Duration time) throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            footprint.sampleMemory();
            LockSupport.parkNanos(Math.min(left, SAMPLE_EVERY.toNanos()));
        }
    }

    private static <T> List<T> all(List<Future<T>> futures)
            throws IOException, InterruptedException {
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }
        return results;
    }
}
