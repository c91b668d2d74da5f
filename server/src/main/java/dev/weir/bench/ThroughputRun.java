package dev.weir.bench;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** As many messages as go: every sender keeps a window of them under way. A closed loop. */
public final class ThroughputRun {

    private static final double SECOND = 1e9;
    private static final double MEGA = 1e6;

    /** What may be under way in all, so that the generator's own memory is bounded. */
    private static final long UNDER_WAY_MAX = 1L << 30;

    private final Load load;
    private final int window;
    private final Surroundings surroundings;
    private final Histogram times = Times.histogram();
    // Each sender at most once: bounded by the pairs.
    private final Deque<Peer> ready = new ArrayDeque<>();
    private boolean measuring;

    /**
     * @param window how many messages each sender has under way
     * @throws IllegalArgumentException if it is out of range
     */
    public ThroughputRun(Load load, int window, Surroundings surroundings) {
        Load.check(window >= 1, "window: at least 1");
        Load.check((long) load.pairs() * 2 * window * load.size() <= UNDER_WAY_MAX,
                "pairs, window and size: less than 1 GiB may be under way");
        this.load = load;
        this.window = window;
        this.surroundings = surroundings;
    }

    /** Runs it to its end, or until it is stopped. */
    public Result run() throws IOException, BenchException {
        try (Rig rig = new Rig(load, load.size(), surroundings, (to, due) -> came(to, due))) {
            List<Peer> peers = rig.peers();
            rig.connect(peers);
            rig.idle(load.settle());
            rig.senders(peers).forEach(this::refill);
            drive(rig, rig.now() + load.warmUp().toNanos(), "warming up");

            Sample from = rig.sample();
            long messages = rig.received();
            long bytes = rig.receivedBytes();
            measuring = true;
            drive(rig, from.nanos() + load.duration().toNanos(), "measuring");
            measuring = false;
            Sample to = rig.sample();
            messages = rig.received() - messages;
            bytes = rig.receivedBytes() - bytes;
            rig.drain(peers);
            return result(rig, from, to, messages, bytes);
        }
    }

    private void came(Peer to, long due) {
        Peer sender = to.mate();
        sender.inFlight(sender.inFlight() - 1);
        refill(sender);
        if (measuring) {
            Times.record(times, surroundings.nanoClock().getAsLong() - due);
        }
    }

    private void refill(Peer sender) {
        if (sender.queue()) {
            ready.add(sender);
        }
    }

    private void drive(Rig rig, long until, String phase) throws IOException {
        while (!rig.over(until)) {
            long now = rig.now();
            for (Peer sender = ready.poll(); sender != null; sender = ready.poll()) {
                sender.dequeued();
                int room = window - sender.inFlight();
                sender.inFlight(window);
                rig.network().send(sender, room, now);
            }
            rig.network().poll(Math.min(Rig.TURN, until - now));
            rig.progress(() -> String.format(Locale.ROOT, "%s, %.1f s left, %,d messages, %d wrong",
                    phase, (until - now) / SECOND, rig.received(), rig.violations().total()));
        }
    }

    private Result result(Rig rig, Sample from, Sample to, long messages, long bytes) {
        double seconds = (to.nanos() - from.nanos()) / SECOND;
        Findings findings = new Findings()
                .figure("messages_per_s", "messages a second", messages / seconds, "")
                .figure("mb_per_s", "payload a second", bytes / MEGA / seconds, "MB")
                .cost("message", messages, from, to)
                .bottleneck(from, to)
                .curve("window", "in a closed loop", times);
        return findings.result("throughput", load.words() + ", window " + window, seconds, rig);
    }
}
