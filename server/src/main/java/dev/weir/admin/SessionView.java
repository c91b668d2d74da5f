package dev.weir.admin;

import dev.weir.pair.Pair;
import dev.weir.queue.Depth;
import dev.weir.session.Identity;
import dev.weir.session.LinkLeg;
import dev.weir.session.Session;
import dev.weir.session.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One session; times in the unit of the name, null where nothing is known. */
record SessionView(
        String id,
        String side,
        String route,
        String key,
        PeerView peer,
        String subprotocol,
        String phase,
        boolean draining,
        Instant since,
        long ageSeconds,
        @Nullable Long rttMicros,
        TrafficView received,
        TrafficView sent,
        QueueView queue,
        long undelivered,
        long blockedMillis,
        Instant lastActivity,
        @Nullable String pair,
        @Nullable String pairedWith,
        @Nullable String connector,
        String traceId) {

    record PeerView(String address) {}

    record TrafficView(long messages, long bytes) {

        static TrafficView of(Traffic.Count count) {
            return new TrafficView(count.messages(), count.bytes());
        }
    }

    /** What the session sent and its partner has not taken yet. */
    record QueueView(
            int messages,
            long bytes,
            int highWaterMessages,
            long highWaterBytes,
            long dropped,
            boolean blocking) {

        static QueueView of(Session session) {
            Depth depth = session.outbox().depth();
            return new QueueView(
                    depth.messages(),
                    depth.bytes(),
                    depth.highWaterMessages(),
                    depth.highWaterBytes(),
                    depth.dropped(),
                    session.outbox().blocking());
        }
    }

    static SessionView of(Session session, Instant now) {
        Identity who = session.identity();
        Pair pair = session.pair();
        Session partner = session.partner();
        LinkLeg link = LinkLeg.of(session);
        return new SessionView(
                who.id(),
                who.side().label(),
                who.route().name(),
                who.key(),
                new PeerView(who.address()),
                who.subprotocol(),
                phase(session),
                session.retiring(),
                who.since(),
                Duration.between(who.since(), now).toSeconds(),
                rttMicros(session),
                TrafficView.of(session.traffic().received()),
                TrafficView.of(session.traffic().sent()),
                QueueView.of(session),
                session.undelivered(),
                session.outbox().blockedNanos() / 1_000_000,
                now.minus(session.quiet()),
                pair == null ? null : pair.id(),
                partner == null ? null : partner.identity().id(),
                link == null ? null : link.id(),
                who.traceId());
    }

    static String phase(Session session) {
        return session.phase().name().toLowerCase(Locale.ROOT);
    }

    static @Nullable Long rttMicros(Session session) {
        Duration rtt = session.rtt();
        return rtt == null ? null : rtt.toNanos() / 1000;
    }
}
