package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.TestRelay.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Latency over real sockets, with a clock that jumps when the test wants it to. */
class LatencyRunTest {

    private static final long MILLI = 1_000_000;

    private final AtomicLong jumped = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Result run(Progress progress) throws Exception {
        try (TestRelay relay = new TestRelay(Fault.NONE, false)) {
            Target target = new Target(Endpoint.of(relay.url("/client/{key}"), List.of(), ""),
                    Endpoint.of(relay.url("/worker/{key}"), List.of(), ""), Order.TOGETHER, "k-");
            Load load = new Load(target, 5, Content.TEXT, 64, Direction.BOTH, 8, 0, Duration.ZERO,
                    Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(10));
            Surroundings surroundings = new Surroundings(() -> System.nanoTime() + jumped.get(),
                    stopped::get, progress, null, new Random(7));
            return new LatencyRun(load, 500, false, surroundings).run();
        }
    }

    /** To the run it is as if it had been frozen itself. */
    @Test
    void whatWasDueWhileTheGeneratorStoodStillCountsWithItsWholeWait() throws Exception {
        Progress freeze = new Progress(line -> {
            if (line.startsWith("measuring")) {
                jumped.compareAndSet(0, 200 * MILLI);
            }
        });

        Result result = run(freeze);

        Histogram times = result.curves().getFirst().nanos();
        assertThat(times.getTotalCount()).as("half a thousand were due").isEqualTo(500);
        assertThat(times.getCountBetweenValues(100 * MILLI, Long.MAX_VALUE))
                .as("of the hundred that waited, the half waited longer than that")
                .isGreaterThanOrEqualTo(45);
        assertThat(times.getValueAtPercentile(99)).isGreaterThan(180 * MILLI);
        assertThat(result.violations().total()).isZero();
    }

    @Test
    void whatIsStoppedTellsWhatItHasSoFar() throws Exception {
        Progress stop = new Progress(line -> stopped.set(line.startsWith("measuring")));

        Result result = run(stop);

        assertThat(result.seconds()).isLessThan(1);
        assertThat(result.violations().total()).isZero();
    }
}
