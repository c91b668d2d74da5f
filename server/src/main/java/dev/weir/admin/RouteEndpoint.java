package dev.weir.admin;

import dev.weir.admin.SessionView.TrafficView;
import dev.weir.config.Config;
import dev.weir.config.RouteConfig;
import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.pair.CloseReason;
import dev.weir.pair.Side;
import dev.weir.session.Ledger;
import dev.weir.session.Ledger.Account;
import dev.weir.session.LinkLeg;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Routes with what goes on in them. Thread-safe. */
final class RouteEndpoint {

    /** The answer of {@code GET /routes}: what the playground needs to connect, and the figures. */
    record RoutesView(ListenView listen, List<RouteView> routes) {}

    record ListenView(String host, int port) {}

    /**
     * One route, of whose workers and connector one is null; figures since the start of the node.
     *
     * @param active whether it takes newcomers; false when the config has it no more
     * @param waitingClients in the waiting room
     * @param waitingWorkers without a client
     * @param fromClients what clients sent
     * @param fromWorkers what workers sent, or the service in their place
     * @param ends how many sessions ended for which reason
     */
    record RouteView(
            String name,
            String clients,
            @Nullable String workers,
            @Nullable String connector,
            List<String> subprotocols,
            boolean active,
            int liveClients,
            int liveWorkers,
            int pairs,
            int waitingClients,
            int waitingWorkers,
            TrafficView fromClients,
            TrafficView fromWorkers,
            long undelivered,
            Map<String, Long> ends) {}

    private final Supplier<Config> config;
    private final int port;
    private final Sessions sessions;
    private final Reception reception;
    private final Tallies shared;

    RouteEndpoint(
            Supplier<Config> config,
            int port,
            Sessions sessions,
            Reception reception,
            Tallies shared) {
        this.config = config;
        this.port = port;
        this.sessions = sessions;
        this.reception = reception;
        this.shared = shared;
    }

    Endpoint endpoint() {
        return new Endpoint("GET", "/routes", this::routes);
    }

    /** The figures of the sessions of one route and side, live and over. */
    private static final class Tally {
        private int live;
        private int paired;
        private long messages;
        private long bytes;
        private long undelivered;
        private final Map<String, Long> ends = new TreeMap<>();

        void add(Session session) {
            live++;
            paired += session.pair() == null ? 0 : 1;
            messages += session.traffic().received().messages();
            bytes += session.traffic().received().bytes();
            undelivered += session.outbox().depth().dropped();
        }

        void add(Ledger.Totals over) {
            messages += over.received().messages();
            bytes += over.received().bytes();
            undelivered += over.dropped();
            for (CloseReason reason : CloseReason.values()) {
                if (over.ends(reason) > 0) {
                    ends.merge(reason.label(), over.ends(reason), Long::sum);
                }
            }
        }

        TrafficView received() {
            return new TrafficView(messages, bytes);
        }
    }

    private Answer routes(Request request) {
        Map<Account, Tally> tallies = new HashMap<>();
        for (Session session : sessions.all()) {
            Account account = Ledger.accountOf(session);
            tallies.computeIfAbsent(account, a -> new Tally()).add(session);
            LinkLeg link = LinkLeg.of(session);
            if (link != null && link.end() == null) {
                tallies.computeIfAbsent(
                                new Account(account.route(), link.side()), a -> new Tally())
                        .undelivered += link.outbox().depth().dropped();
            }
        }
        sessions.ledger().accounts().forEach((account, totals) ->
                tallies.computeIfAbsent(account, a -> new Tally()).add(totals));
        shared.accounts().forEach((account, counted) -> {
            Tally tally = tallies.computeIfAbsent(account, a -> new Tally());
            tally.undelivered += counted.lost().sum();
            tally.add(counted.links());
        });

        Config now = config.get();
        Map<String, RouteConfig> gone = new HashMap<>();
        sessions.all().forEach(session -> gone.putIfAbsent(
                session.identity().route().name(), session.identity().route()));
        Map<String, Integer> clients = reception.waitingClients();
        Map<String, Integer> workers = reception.waitingWorkers();
        List<RouteView> views = new ArrayList<>();
        for (RouteConfig route : now.routes()) {
            gone.remove(route.name());
            views.add(view(route, true, tallies, clients, workers));
        }
        for (String name : new TreeSet<>(gone.keySet())) {
            views.add(view(gone.getOrDefault(name, RouteConfig.defaults()), false, tallies,
                    clients, workers));
        }
        return Answer.ok(new RoutesView(new ListenView(now.listen().host(), port), views));
    }

    private static RouteView view(
            RouteConfig route,
            boolean active,
            Map<Account, Tally> tallies,
            Map<String, Integer> waitingClients,
            Map<String, Integer> waitingWorkers) {
        String name = route.name();
        Tally clients = tallies.getOrDefault(new Account(name, Side.CLIENT), new Tally());
        Tally workers = tallies.getOrDefault(new Account(name, Side.WORKER), new Tally());
        Map<String, Long> ends = new TreeMap<>(clients.ends);
        workers.ends.forEach((reason, count) -> ends.merge(reason, count, Long::sum));
        return new RouteView(
                name,
                route.clients(),
                route.hasConnector() ? null : route.workers(),
                route.hasConnector() ? route.connector() : null,
                route.subprotocols(),
                active,
                clients.live,
                workers.live,
                clients.paired,
                waitingClients.getOrDefault(name, 0),
                waitingWorkers.getOrDefault(name, 0),
                clients.received(),
                workers.received(),
                clients.undelivered + workers.undelivered,
                ends);
    }
}
