package dev.weir.watch;

import dev.weir.config.QueueConfig;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.Probe;
import dev.weir.ops.watch.Severity;
import dev.weir.ops.watch.Sighting;
import dev.weir.ops.watch.Wording;
import dev.weir.queue.Depth;
import dev.weir.session.FlightRecorder.What;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.watch.Partner.Peer;
import dev.weir.watch.Partner.ServiceLink;
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
 * some and yet the queue stays full (the sender sends without bound, and it is the culprit). Either
 * of them may be a link to a service, which has as much patience with it as its calls have.
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
    private final Duration stuck;
    private final Duration flood;
    private final LongSupplier nanoClock;
    private final Marks<Mark> marks = new Marks<>();

    /**
     * A watch over the pairs of these sessions.
     *
     * @param stalled a session that has taken nothing for so long is a finding
     * @param stuck the same for a service
     * @param flood a queue that has been full for so long, though something is taken, is a finding
     */
    PairWatch(
            Sessions sessions,
            Duration stalled,
            Duration stuck,
            Duration flood,
            LongSupplier nanoClock) {
        this.sessions = sessions;
        this.stalled = stalled;
        this.stuck = stuck;
        this.flood = flood;
        this.nanoClock = nanoClock;
    }

    @Override
    public List<Sighting> look() {
        List<Sighting> seen = new ArrayList<>();
        for (Session session : sessions.all()) {
            Partner partner = Partner.of(session);
            if (partner != null) {
                Peer self = new Peer(session);
                look(self, partner, seen);
                if (partner instanceof ServiceLink) { // no session, so its turn is now
                    look(partner, self, seen);
                }
            }
        }
        marks.turn();
        return seen;
    }

    private void look(Partner sender, Partner receiver, List<Sighting> seen) {
        Depth depth = sender.leg().outbox().depth();
        if (depth.messages() == 0 && depth.dropped() == 0) {
            return;
        }
        long now = nanoClock.getAsLong();
        Mark before = marks.of(sender.leg());
        Mark mark = mark(sender, receiver, depth, before, now);
        marks.keep(sender.leg(), mark);
        if (mark.blocking
                && (before == null || !before.blocking)
                && sender instanceof Peer(Session session)) {
            session.recorder().happened(now, What.HELD_UP);
        }
        long patience = (receiver instanceof ServiceLink ? stuck : stalled).toNanos();
        if (depth.messages() > 0 && now - mark.takenAt >= patience) {
            seen.add(stall(sender, receiver, depth, now - mark.takenAt));
        } else if (now - mark.full >= flood.toNanos() && mark.taken != mark.takenAtFull) {
            seen.add(flood(sender, receiver, depth, mark, now));
        }
    }

    private static Mark mark(
            Partner sender,
            Partner receiver,
            Depth depth,
            @Nullable Mark before,
            long now) {
        long taken = receiver.taken();
        long blockedNanos = sender.leg().outbox().blockedNanos();
        boolean blocking = sender.leg().outbox().blocking();
        if (before == null) {
            return new Mark(
                    taken, now, now, taken, blockedNanos, depth.dropped(), now, blocking);
        }
        boolean waits = depth.messages() > 0 && taken == before.taken;
        boolean full = nearlyFull(sender.limits(), depth)
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

    private static Sighting stall(Partner sender, Partner receiver, Depth depth, long nanos) {
        Map<String, Object> evidence = queue(sender, receiver, depth);
        evidence.put("oldestMillis", nanos / 1_000_000);
        evidence.putAll(receiver.whyNot());
        return new Sighting(
                Kind.STALLED_PAIR,
                sender.id(),
                Severity.WARNING,
                receiver.caughtTaking(),
                receiver.words() + " has taken nothing for " + Wording.time(nanos)
                        + ", and " + depth.messages() + " messages (" + depth.bytes()
                        + " bytes) of " + sender.words() + " wait for it",
                evidence);
    }

    private static Sighting flood(
            Partner sender, Partner receiver, Depth depth, Mark mark, long now) {
        Map<String, Object> evidence = queue(sender, receiver, depth);
        evidence.put("fullMillis", (now - mark.full) / 1_000_000);
        return new Sighting(
                Kind.UNBOUNDED_SENDER,
                sender.id(),
                Severity.WARNING,
                sender.culprit(),
                sender.words() + " has kept its queue full for "
                        + Wording.time(now - mark.full) + ", though "
                        + receiver.words() + " takes messages",
                evidence);
    }

    private static Map<String, Object> queue(Partner sender, Partner receiver, Depth depth) {
        Map<String, Object> evidence = new HashMap<>();
        evidence.put("sender", sender.id());
        evidence.put("receiver", receiver.id());
        evidence.put("queuedMessages", depth.messages());
        evidence.put("queuedBytes", depth.bytes());
        evidence.put("dropped", depth.dropped());
        evidence.put("senderHeldUp", sender.leg().outbox().blocking());
        return evidence;
    }
}
