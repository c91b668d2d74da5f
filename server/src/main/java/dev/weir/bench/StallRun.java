package dev.weir.bench;

import dev.weir.bench.Violations.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.HdrHistogram.Histogram;

/**
 * One side of one pair stops reading while its mate sends as much as it is let: what the relay
 * takes for it, and what becomes of the others, who go on at a fixed rate.
 */
public final class StallRun {

    private static final double SECOND = 1e9;
    private static final double MEGA = 1e6;

    /** Of the two sockets of the pair, so that what is taken is the relay's, not the kernel's. */
    private static final int KERNEL_BUFFER = 64 << 10;

    /** So much is offered in one turn at most, so that the others' schedule is kept. */
    private static final int OFFER = 256 << 10;

    private static final long PEEK_INTERVAL = 250_000_000;
    private static final long STILL = 500_000_000;

    /** The load goes on for so long after the calm, so that its last messages meet it. */
    private static final long TAIL = 100_000_000;

    private final Load load;
    private final Stall stall;
    private final Surroundings surroundings;
    private final Histogram calm = Times.histogram();
    private final Histogram stalled = Times.histogram();
    private long memory;

    // When the others were in calm, and when not, by when their messages were due.
    private boolean measuring;
    private boolean stalling;
    private boolean over;
    private long calmFrom;
    private long calmUntil;
    private long stalledFrom;
    private long stalledUntil;

    /**
     * The stall.
     *
     * @param side which stops reading
     * @param size bytes of each message that its mate sends
     * @param cap bytes that are offered at most
     * @param rate messages a second of the other pairs, together
     * @param baseline how long the others are measured before it
     * @param resume how long what was taken may need to arrive once it reads again
     */
    public record Stall(
            Side side, int size, long cap, double rate, Duration baseline, Duration resume) {}

    /**
     * @param load its duration is that of the stall
     * @throws IllegalArgumentException if something is out of range
     */
    public StallRun(Load load, Stall stall, Surroundings surroundings) {
        Load.check(load.pairs() >= 2, "pairs: at least 2, one to stall and others to suffer");
        Load.checkSize("stall size", stall.size(), load.content());
        Load.check(stall.cap() >= stall.size(), "stall cap: at least one message");
        Load.check(stall.rate() > 0, "rate: more than 0");
        this.load = load;
        this.stall = stall;
        this.surroundings = surroundings;
    }

    /** Runs it to its end, or until it is stopped. */
    public Result run() throws IOException, BenchException {
        int largest = Math.max(load.size(), stall.size());
        try (Rig rig = new Rig(load, largest, surroundings, this::came)) {
            List<Peer> innocent = rig.peers();
            innocent.subList(0, 2).clear();
            List<Peer> pair = Rig.pair(0, stall.size());
            pair.forEach(peer -> peer.kernelBuffer(KERNEL_BUFFER));
            List<Peer> all = new ArrayList<>(pair);
            all.addAll(innocent);
            rig.connect(all);
            rig.idle(load.settle());
            Schedule schedule = new Schedule(rig, rig.senders(innocent), stall.rate(), false,
                    Random.from(surroundings.random()));
            schedule.start();
            schedule.drive(rig.now() + load.warmUp().toNanos(), () -> "warming up");
            calmFrom = schedule.start();
            calmUntil = calmFrom + stall.baseline().toNanos();
            measuring = true;
            schedule.drive(calmUntil + TAIL, () -> "measuring in calm");
            return stall(rig, schedule, pair, innocent);
        }
    }

    private Result stall(Rig rig, Schedule schedule, List<Peer> pair, List<Peer> innocent)
            throws IOException {
        Peer victim = pair.get(stall.side() == Side.CLIENT ? 0 : 1);
        Peer sender = victim.mate();
        // From here on the relay may end this pair: that is one way to be bounded.
        victim.ending();
        sender.ending();
        Sample before = rig.sample();
        long takenBefore = sender.taken();
        stalledFrom = schedule.start();
        stalling = true;
        rig.network().reading(victim, false);
        long still = flood(rig, schedule, sender);
        stalledUntil = rig.now();
        over = true;
        long taken = sender.taken() - takenBefore;

        long drained = readAgain(rig, schedule, victim);
        boolean survived = victim.open() && sender.open();
        long missing = Rig.missing(pair);
        if (survived) {
            rig.violations().add(Kind.LOST, missing, missing + " of the stalled pair never came");
        }
        rig.drain(innocent);
        Findings findings = new Findings()
                .fact("outcome", !survived ? "the pair was ended: sender " + code(sender)
                                + ", reader " + code(victim)
                        : taken >= stall.cap() ? "unbounded: it took all that was offered"
                        : still >= STILL ? "held back"
                        : "still taking more")
                .figure("taken_mb", "taken for the stalled", taken / MEGA, "MB");
        if (before.relay() != null) {
            findings.figure("relay_rss_growth_mb", "relay, memory grew by",
                    Math.max(0, memory - before.relay().rssBytes()) / MEGA, "MB");
        }
        if (survived) {
            findings.figure("drain_s", "delivered when it read again within", drained / SECOND,
                    "s");
        }
        return findings
                .curve("calm", "others, before", calm)
                .curve("stalled", "others, stalled", stalled)
                .curve("send_lag", "of that, sent late", schedule.lags())
                .result("stall", words(), (stalledUntil - stalledFrom) / SECOND, rig);
    }

    /** Lets the victim read, and {@return how long it took until it had everything} */
    private long readAgain(Rig rig, Schedule schedule, Peer victim) throws IOException {
        rig.network().reading(victim, true);
        long begun = rig.now();
        long until = begun + stall.resume().toNanos();
        List<Peer> sender = List.of(victim.mate());
        while (rig.now() - until < 0 && victim.open() && Rig.missing(sender) > 0) {
            schedule.drive(rig.now() + Rig.TURN, () -> "reading again");
            // What is under way is waited for even when the run has been stopped.
            rig.network().poll(0);
        }
        return rig.now() - begun;
    }

    private String words() {
        return load.words() + String.format(Locale.ROOT,
                ", %,.0f a second; one %s stops reading, its mate sends %d B",
                stall.rate(), stall.side().name().toLowerCase(Locale.ROOT), stall.size());
    }

    private static String code(Peer peer) {
        return peer.closeCode() == 0 ? "without a close frame" : "with " + peer.closeCode();
    }

    /** Offers messages up to the cap, and {@return how long none has been taken} */
    private long flood(Rig rig, Schedule schedule, Peer sender) throws IOException {
        long begun = sender.taken();
        long seen = begun;
        long taken = rig.now();
        long until = taken + load.duration().toNanos();
        long peek = taken;
        int offer = Math.max(1, OFFER / stall.size());
        while (!rig.over(until)) {
            long next = schedule.turn();
            boolean more = sender.open() && sender.taken() - begun < stall.cap();
            if (more && sender.pending() == 0) {
                rig.network().send(sender, offer, rig.now());
            }
            boolean flooding = more && sender.pending() == 0;
            long now = rig.now();
            rig.network().poll(flooding ? 0 : Math.min(Math.min(next, until) - now, Rig.TURN));
            if (sender.taken() != seen) {
                seen = sender.taken();
                taken = now;
            }
            if (now - peek >= 0) {
                peek = now + PEEK_INTERVAL;
                peek();
            }
            rig.progress(() -> String.format(Locale.ROOT, "stalled, %.1f MB taken, others' p99 "
                            + "%.0f µs", (sender.taken() - begun) / MEGA,
                    stalled.getValueAtPercentile(99) / 1e3));
        }
        peek();
        return rig.now() - taken;
    }

    private void peek() throws IOException {
        RelayProcess relay = surroundings.relay();
        if (relay != null) {
            memory = Math.max(memory, relay.rssBytes());
        }
    }

    private void came(Peer to, long due) {
        if (!measuring || to.pair() == 0) {
            return;
        }
        long time = surroundings.nanoClock().getAsLong() - due;
        if (due - calmFrom >= 0 && due - calmUntil < 0) {
            Times.record(calm, time);
        } else if (stalling && due - stalledFrom >= 0 && (!over || due - stalledUntil < 0)) {
            Times.record(stalled, time);
        }
    }
}
