package dev.weir.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Pairs that come and go: connect, exchange messages, end, and again with a new key. */
public final class ChurnRun {

    private static final double SECOND = 1e9;
    private static final double MEGA = 1e6;

    /** Sockets are looked after at least so often. */
    private static final long TURN = 1_000_000;

    private final Load load;
    private final Churn churn;
    private final Surroundings surroundings;
    private final Histogram cycles = Times.histogram();
    private int serial;
    private long done;
    private boolean measuring;

    /** How a pair ends. */
    public enum Ending {
        /** Both ends do the closing handshake. */
        CLOSE,
        /** Both ends vanish with a reset. */
        RESET,
        /** Closes, resets, and half of each, by turns. */
        MIXED;

        String words() {
            return switch (this) {
                case CLOSE -> "close frames";
                case RESET -> "resets";
                case MIXED -> "close frames, resets and both";
            };
        }
    }

    /**
     * What a cycle is.
     *
     * @param messages how many each sending end sends
     * @param ending how it ends
     * @param patience how long it may take until it ends
     */
    public record Churn(int messages, Ending ending, Duration patience) {}

    /**
     * @param load its pairs are how many cycles are under way at once
     * @throws IllegalArgumentException if something is out of range
     */
    public ChurnRun(Load load, Churn churn, Surroundings surroundings) {
        Load.check(churn.messages() >= 1, "messages: at least 1");
        this.load = load;
        this.churn = churn;
        this.surroundings = surroundings;
    }

    /** Runs it to its end, or until it is stopped. */
    public Result run() throws IOException, BenchException {
        try (Rig rig = new Rig(load, load.size(), surroundings, (_, _) -> {})) {
            Sample empty = rig.sample();
            List<Cycle> slots = new ArrayList<>();
            for (int i = 0; i < load.pairs(); i++) {
                slots.add(next(rig));
            }
            drive(rig, slots, rig.now() + load.warmUp().toNanos(), "warming up");
            Sample from = rig.sample();
            long before = done;
            measuring = true;
            drive(rig, slots, rig.now() + load.duration().toNanos(), "measuring");
            measuring = false;
            Sample to = rig.sample();
            long count = done - before;
            finish(rig, slots);
            rig.idle(load.settle());
            if (count == 0) {
                throw new BenchException(rig.violations().total() > 0
                        ? rig.violations().first() : "no cycle came to its end");
            }
            return result(rig, count, empty, from, to);
        }
    }

    private Cycle next(Rig rig) {
        return new Cycle(rig, load, churn, serial++);
    }

    private void drive(Rig rig, List<Cycle> slots, long until, String phase) throws IOException {
        while (!rig.over(until)) {
            for (int i = 0; i < slots.size(); i++) {
                if (slots.get(i).step()) {
                    ended(slots.get(i));
                    slots.set(i, next(rig));
                }
            }
            rig.network().poll(TURN);
            rig.progress(() -> String.format(Locale.ROOT, "%s, %.1f s left, %,d cycles, %d wrong",
                    phase, (until - rig.now()) / SECOND, done, rig.violations().total()));
        }
    }

    private void ended(Cycle cycle) {
        if (cycle.good()) {
            done++;
            if (measuring) {
                Times.record(cycles, cycle.age());
            }
        }
    }

    /** Lets the cycles end that have begun. */
    private void finish(Rig rig, List<Cycle> slots) throws IOException {
        long until = rig.now() + load.drain().toNanos();
        List<Cycle> left = new ArrayList<>(slots);
        left.removeIf(cycle -> !cycle.begun());
        while (!left.isEmpty() && rig.now() - until < 0) {
            for (int i = left.size() - 1; i >= 0; i--) {
                if (left.get(i).step()) {
                    left.remove(i);
                }
            }
            rig.network().poll(TURN);
        }
    }

    /** What is left once everything has ended is compared with what was there at first. */
    private Result result(Rig rig, long count, Sample empty, Sample from, Sample to)
            throws IOException {
        double seconds = (to.nanos() - from.nanos()) / SECOND;
        Findings findings = new Findings()
                .figure("cycles_per_s", "cycles a second", count / seconds, "")
                .cost("cycle", count, from, to);
        Sample end = rig.sample();
        if (empty.relay() != null && from.relay() != null && end.relay() != null) {
            findings.figure("relay_descriptors_left", "relay, descriptors left open",
                            end.relay().descriptors() - empty.relay().descriptors(), "")
                    .figure("relay_rss_growth_mb", "relay, memory grew by",
                            (end.relay().rssBytes() - from.relay().rssBytes()) / MEGA, "MB");
        }
        return findings.bottleneck(from, to)
                .curve("cycle", "a cycle", cycles)
                .curve("handshake", "handshake", rig.network().handshakes())
                .result("churn", load.words() + ", " + churn.messages() + " messages a cycle, "
                        + "ended by " + churn.ending().words(), seconds, rig);
    }
}
