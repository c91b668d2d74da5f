package dev.weir.watch;

import dev.weir.config.QueueConfig;
import dev.weir.ops.watch.Culprit;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.Probe;
import dev.weir.ops.watch.Severity;
import dev.weir.ops.watch.Sighting;
import dev.weir.ops.watch.Wording;
import dev.weir.queue.Depth;
import dev.weir.session.FlightRecorder.What;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the queue of every direction. Two things may be wrong with one that does not empty: its
 * receiver takes <em>nothing</em> (a stalled pair, and the receiver is the culprit), or it takes
 * some and yet the queue stays full (the sender sends without bound, and it is the culprit).
 *
 * <p>It compares what it sees now with what it saw last, so a message costs nothing; times are
 * exact to one look.
 */
final class PairWatch implements Probe {

    /** A queue that is full to this part of a limit is full. */
    private static final double NEARLY = 0.9;

    /**
     * What was seen of a direction.
     *
     * @param taken how much the receiver has taken altogether
     * @param takenAt when it was last seen to take, or there was nothing to take
     * @param full since when the queue has been full all the time
     * @param takenAtFull as {@code taken}, when that began
     */
    private record Mark(
            long taken,
            long takenAt,
            long full,
            long takenAtFull,
            long blockedNanos,
            long dropped,
            long at,
            boolean blocking) {}

    private final Sessions sessions;
    private final Duration stalled;
    private final Duration flood;
    private final LongSupplier nanoClock;
    private final Marks<Mark> marks = new Marks<>();

    PairWatch(Sessions sessions, Duration stalled, Duration flood, LongSupplier nanoClock) {
        this.sessions = sessions;
        this.stalled = stalled;
        this.flood = flood;
        this.nanoClock = nanoClock;
    }

    @Override
    public List<Sighting> look() {
        List<Sighting> seen = new ArrayList<>();
        for (Session sender : sessions.all()) {
            Session receiver = sender.partner();
            if (receiver != null) {
                look(sender, receiver, seen);
            }
        }
        marks.turn();
        return seen;
    }

    private void look(Session sender, Session receiver, List<Sighting> seen) {
        Depth depth = sender.outbox().depth();
        if (depth.messages() == 0 && depth.dropped() == 0) {
            return;
        }
        long now = nanoClock.getAsLong();
        Mark before = marks.of(sender);
        Mark mark = mark(sender, receiver, depth, before, now);
        marks.keep(sender, mark);
        if (mark.blocking && (before == null || !before.blocking)) {
            sender.recorder().happened(now, What.HELD_UP);
        }
        if (depth.messages() > 0 && now - mark.takenAt >= stalled.toNanos()) {
            seen.add(stall(sender, receiver, depth, now - mark.takenAt));
        } else if (now - mark.full >= flood.toNanos() && mark.taken != mark.takenAtFull) {
            seen.add(flood(sender, receiver, depth, mark, now));
        }
    }

    private static Mark mark(
            Session sender,
            Session receiver,
            Depth depth,
            @Nullable Mark before,
            long now) {
        Traffic.Count sent = receiver.traffic().sent();
        long taken = sent.messages() + sent.bytes();
        long blockedNanos = sender.outbox().blockedNanos();
        boolean blocking = sender.outbox().blocking();
        if (before == null) {
            return new Mark(
                    taken, now, now, taken, blockedNanos, depth.dropped(), now, blocking);
        }
        boolean waits = depth.messages() > 0 && taken == before.taken;
        boolean full = nearlyFull(sender.identity().route().queue(), depth)
                || depth.dropped() > before.dropped
                || (blockedNanos - before.blockedNanos) * 2 > now - before.at;
        return new Mark(
                taken,
                waits ? before.takenAt : now,
                full ? before.full : now,
                full ? before.takenAtFull : taken,
                blockedNanos,
                depth.dropped(),
                now,
                blocking);
    }

    private static boolean nearlyFull(QueueConfig limits, Depth depth) {
        return depth.messages() >= limits.messages() * NEARLY
                || depth.bytes() >= limits.bytes().bytes() * NEARLY;
    }

    private static Sighting stall(Session sender, Session receiver, Depth depth, long nanos) {
        Thread writer = receiver.activity().writer();
        Culprit culprit = Culprits.of(receiver);
        Map<String, Object> evidence = queue(sender, receiver, depth);
        evidence.put("oldestMillis", nanos / 1_000_000);
        evidence.put("waitsFor", writer == null ? "the pump" : "the socket to take bytes");
        return new Sighting(
                Kind.STALLED_PAIR,
                sender.identity().id(),
                Severity.WARNING,
                writer == null ? culprit : culprit.in(writer),
                Culprits.words(receiver) + " has taken nothing for " + Wording.time(nanos)
                        + ", and " + depth.messages() + " messages (" + depth.bytes()
                        + " bytes) of " + Culprits.words(sender) + " wait for it",
                evidence);
    }

    private static Sighting flood(
            Session sender, Session receiver, Depth depth, Mark mark, long now) {
        Map<String, Object> evidence = queue(sender, receiver, depth);
        evidence.put("fullMillis", (now - mark.full) / 1_000_000);
        return new Sighting(
                Kind.UNBOUNDED_SENDER,
                sender.identity().id(),
                Severity.WARNING,
                Culprits.of(sender),
                Culprits.words(sender) + " has kept its queue full for "
                        + Wording.time(now - mark.full) + ", though "
                        + Culprits.words(receiver) + " takes messages",
                evidence);
    }

    private static Map<String, Object> queue(Session sender, Session receiver, Depth depth) {
        Map<String, Object> evidence = new HashMap<>();
        evidence.put("sender", sender.identity().id());
        evidence.put("receiver", receiver.identity().id());
        evidence.put("receiverAddress", receiver.identity().address());
        evidence.put("queuedMessages", depth.messages());
        evidence.put("queuedBytes", depth.bytes());
        evidence.put("dropped", depth.dropped());
        evidence.put("senderHeldUp", sender.outbox().blocking());
        return evidence;
    }
}
