package dev.weir;

import dev.weir.config.Config;
import dev.weir.config.RouteConfig;
import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pair;
import dev.weir.queue.Depth;
import dev.weir.session.Identity;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the admin port tells of the relay. Thread-safe. */
final class AdminPages {

    /** The answer of {@code GET /routes}: what the playground needs to connect. */
    record RoutesView(ListenView listen, List<RouteView> routes) {}

    record ListenView(String host, int port) {}

    /** Of workers and connector one is null. */
    record RouteView(
            String name,
            String clients,
            @Nullable String workers,
            @Nullable String connector,
            List<String> subprotocols) {}

    /** One session; times in the unit of the name, null where nothing is known. */
    record SessionView(
            String id,
            String side,
            String route,
            String key,
            PeerView peer,
            String subprotocol,
            String phase,
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
            String traceId) {}

    record PeerView(String address) {}

    record TrafficView(long messages, long bytes) {}

    /** What the session sent and its partner has not taken yet. */
    record QueueView(
            int messages, long bytes, int highWaterMessages, long highWaterBytes, long dropped) {}

    private final Config config;
    private final int port;
    private final Sessions sessions;
    private final InstantSource clock;

    AdminPages(Config config, int port, Sessions sessions, InstantSource clock) {
        this.config = config;
        this.port = port;
        this.sessions = sessions;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/routes", this::routes),
                new Endpoint("GET", "/sessions", this::list),
                new Endpoint("GET", "/sessions/{id}", this::show),
                new Endpoint("DELETE", "/sessions/{id}", this::close));
    }

    private Answer routes(Request request) {
        List<RouteView> routes = config.routes().stream().map(AdminPages::view).toList();
        return Answer.ok(new RoutesView(new ListenView(config.listen().host(), port), routes));
    }

    private static RouteView view(RouteConfig route) {
        return new RouteView(
                route.name(),
                route.clients(),
                route.hasConnector() ? null : route.workers(),
                route.hasConnector() ? route.connector() : null,
                route.subprotocols());
    }

    private Answer list(Request request) {
        return Answer.ok(sessions.all().stream()
                .map(this::view)
                .sorted(Comparator.comparing(SessionView::since).thenComparing(SessionView::id))
                .toList());
    }

    private Answer show(Request request) {
        Session session = find(request);
        return session == null ? unknown() : Answer.ok(view(session));
    }

    private Answer close(Request request) {
        Session session = find(request);
        if (session == null) {
            return unknown();
        }
        session.end(new End(session.side(), CloseReason.OPERATOR));
        return Answer.noContent();
    }

    private @Nullable Session find(Request request) {
        return sessions.find(request.variables().getOrDefault("id", ""));
    }

    private static Answer unknown() {
        return Answer.notFound("no session of this id is live");
    }

    private SessionView view(Session session) {
        Identity who = session.identity();
        Instant now = clock.instant();
        Duration rtt = session.rtt();
        Depth depth = session.outbox().depth();
        Pair pair = session.pair();
        Session partner = session.partner();
        return new SessionView(
                who.id(),
                who.side().label(),
                who.route().name(),
                who.key(),
                new PeerView(who.address()),
                who.subprotocol(),
                session.phase().name().toLowerCase(Locale.ROOT),
                who.since(),
                Duration.between(who.since(), now).toSeconds(),
                rtt == null ? null : rtt.toNanos() / 1000,
                new TrafficView(
                        session.traffic().received().messages(),
                        session.traffic().received().bytes()),
                new TrafficView(
                        session.traffic().sent().messages(), session.traffic().sent().bytes()),
                new QueueView(
                        depth.messages(),
                        depth.bytes(),
                        depth.highWaterMessages(),
                        depth.highWaterBytes(),
                        depth.dropped()),
                session.undelivered(),
                session.outbox().blockedNanos() / 1_000_000,
                now.minus(session.quiet()),
                pair == null ? null : pair.id(),
                partner == null ? null : partner.identity().id(),
                who.traceId());
    }
}
