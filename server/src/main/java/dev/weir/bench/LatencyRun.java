package dev.weir.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.HdrHistogram.Histogram;

/**
 * How long messages take at a rate that is kept, counted from when each was due. What was due in
 * the measured time counts, however late it comes.
 */
public final class LatencyRun {

    private static final double SECOND = 1e9;

    /** The load goes on for so long after the measured time, so that its last messages meet it. */
    private static final long TAIL = 100_000_000;

    private final Load load;
    private final double rate;
    private final boolean poisson;
    private final Surroundings surroundings;
    private final Histogram times = Times.histogram();
    private boolean measuring;
    private long from;
    private long until;

    /**
     * @param rate messages a second, all pairs together
     * @param poisson whether they are due at random, as from many independent senders
     * @throws IllegalArgumentException if the rate is out of range
     */
    public LatencyRun(Load load, double rate, boolean poisson, Surroundings surroundings) {
        Load.check(rate > 0, "rate: more than 0");
        this.load = load;
        this.rate = rate;
        this.poisson = poisson;
        this.surroundings = surroundings;
    }

    /** Runs it to its end, or until it is stopped. */
    public Result run() throws IOException, BenchException {
        try (Rig rig = new Rig(load, load.size(), surroundings, (_, due) -> came(due))) {
            List<Peer> peers = rig.peers();
            rig.connect(peers);
            rig.idle(load.settle());
            Random random = Random.from(surroundings.random());
            Schedule schedule =
                    new Schedule(rig, rig.senders(peers), rate, poisson, random);
            schedule.start();
            schedule.drive(rig.now() + load.warmUp().toNanos(), () -> "warming up");

            Sample before = rig.sample();
            long messages = rig.received();
            from = schedule.start();
            until = from + load.duration().toNanos();
            measuring = true;
            schedule.drive(until, () -> progress(rig));
            until = Math.min(until, rig.now());
            schedule.catchUp(until, load.drain());
            schedule.drive(rig.now() + TAIL, () -> progress(rig));
            Sample after = rig.sample();
            messages = rig.received() - messages;
            rig.drain(peers);
            return result(rig, schedule, before, after, messages);
        }
    }

    private void came(long due) {
        if (measuring && due - from >= 0 && due - until < 0) {
            Times.record(times, surroundings.nanoClock().getAsLong() - due);
        }
    }

    private String progress(Rig rig) {
        return String.format(Locale.ROOT, "measuring, %.1f s left, p99 %.0f µs, %d wrong",
                Math.max(0, until - rig.now()) / SECOND, times.getValueAtPercentile(99) / 1e3,
                rig.violations().total());
    }

    private Result result(Rig rig, Schedule schedule, Sample before, Sample after, long messages) {
        double seconds = (until - from) / SECOND;
        return new Findings()
                .figure("messages_per_s", "messages a second", times.getTotalCount() / seconds, "")
                .cost("message", messages, before, after)
                .curve("latency", "from when it was due", times)
                .curve("send_lag", "of that, sent late", schedule.lags())
                .result("latency", load.words() + String.format(Locale.ROOT, ", %,.0f a second%s",
                        rate, poisson ? " by chance" : ""), seconds, rig);
    }
}
