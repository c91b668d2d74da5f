package dev.weir.session;

import dev.weir.config.RouteConfig;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pairing;
import dev.weir.pair.Pairing.Entry;
import dev.weir.pair.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a session whose handshake is in order becomes part of its route: a client gets a place and
 * a conversation, a worker is offered to the clients that wait. Thread-safe; never blocks.
 */
public final class Reception {

    /** What makes a route the same one under changed policies: who meets whom in it. */
    private record Door(
            String name, String clients, String workers, String connector) {
        static Door of(RouteConfig route) {
            return new Door(route.name(), route.clients(), route.workers(), route.connector());
        }
    }

    private final Sessions sessions;
    private final Ids ids;

    /** Never changed, only replaced; as is the other. */
    private volatile Map<Door, Pairing<Party>> pairings;

    private volatile Map<String, Upstream> upstreams;

    /**
     * A reception for these routes.
     *
     * @param upstreams the services of those that have no workers of their own, by route
     */
    public Reception(
            List<RouteConfig> routes, Map<String, Upstream> upstreams, Sessions sessions, Ids ids) {
        this.upstreams = Map.copyOf(upstreams);
        Map<Door, Pairing<Party>> all = new HashMap<>();
        routes.forEach(route -> all.put(Door.of(route), pairingOf(route)));
        this.pairings = Map.copyOf(all);
        this.sessions = sessions;
        this.ids = ids;
    }

    private Pairing<Party> pairingOf(RouteConfig route) {
        String name = route.name();
        return upstreams.containsKey(name)
                ? new Pairing<>(route, client -> upstreamOf(name).linkFor(client))
                : new Pairing<>(route);
    }

    private Upstream upstreamOf(String route) {
        return Objects.requireNonNull(upstreams.get(route));
    }

    /** {@return the service of a route, or null when its workers connect by themselves} */
    public @Nullable Upstream upstream(RouteConfig route) {
        return upstreams.get(route.name());
    }

    /** As {@link #admit(Session)}, of a client whose link is open already. */
    public void admit(Session client, LinkLeg dialed) throws RefusedException {
        client.dialed(dialed);
        admit(client);
    }

    /**
     * Changes the routes for those who come from now on. A live session keeps the policies that it
     * came with; of a route that is gone, free workers end, for nobody will come for them, and all
     * else goes on until its sessions end.
     *
     * @param changedUpstreams the services of those that have no workers of their own, by route
     */
    public synchronized void change(
            List<RouteConfig> routes, Map<String, Upstream> changedUpstreams) {
        Map<String, Upstream> services = new HashMap<>(upstreams); // who is there may still ask
        services.putAll(changedUpstreams);
        upstreams = Map.copyOf(services);
        Map<Door, Pairing<Party>> next = new HashMap<>();
        for (RouteConfig route : routes) {
            Pairing<Party> known = pairings.get(Door.of(route));
            if (known != null) {
                known.change(route);
            }
            next.put(Door.of(route), known == null ? pairingOf(route) : known);
        }
        List<Party> idle = new ArrayList<>();
        pairings.forEach((door, pairing) -> {
            if (!next.containsKey(door)) {
                idle.addAll(pairing.retire());
                if (!pairing.isEmpty()) {
                    next.put(door, pairing); // should the route come back, so do its keys
                }
            }
        });
        pairings = Map.copyOf(next);
        for (Party worker : idle) {
            Conversation.dismiss(worker, new End(Side.WORKER, CloseReason.WAIT_EXPIRED));
        }
    }

    /**
     * Lets a session in. From here on it is known, whether or not its socket has opened: the peer
     * may act on the answer to its handshake before we hear of it.
     *
     * @throws RefusedException when its route has no place for it
     */
    public void admit(Session session) throws RefusedException {
        sessions.add(session);
        session.onGone(() -> sessions.bury(session));
        try {
            if (session.side() == Side.CLIENT) {
                admitClient(session);
            } else {
                admitWorker(session);
            }
        } catch (RefusedException e) {
            sessions.remove(session);
            throw e;
        }
    }

    private void admitClient(Session client) throws RefusedException {
        Identity who = client.identity();
        Pairing<Party> pairing = pairing(who.route());
        switch (pairing.enter(who.key(), who.subprotocol(), client)) {
            case Entry.Admitted<Party>(var place) ->
                    new Conversation(client, pairing, place, ids).begin();
            case Entry.Replacing<Party>(var place, var replaced) -> {
                replaced.forEach(old -> old.end(new End(Side.CLIENT, CloseReason.REPLACED)));
                new Conversation(client, pairing, place, ids).begin();
            }
            case Entry.KeyTaken<Party>() -> throw new RefusedException(Refusal.KEY_TAKEN);
            case Entry.RoomFull<Party>() -> throw new RefusedException(Refusal.ROOM_FULL);
            case Entry.NoWorker<Party>() -> throw new RefusedException(Refusal.NO_WORKER);
        }
    }

    private void admitWorker(Session worker) throws RefusedException {
        Identity who = worker.identity();
        Pairing<Party> pairing = pairing(who.route());
        worker.onEnd(() -> {
            if (pairing.withdraw(who.key(), worker)) {
                worker.release();
            }
        });
        worker.onRetire(() -> {
            if (pairing.withdraw(who.key(), worker)) {
                Conversation.dismiss(worker, new End(Side.WORKER, CloseReason.DRAIN));
            }
        });
        if (!Conversation.offer(pairing, worker)) {
            throw new RefusedException(Refusal.ROOM_FULL);
        }
    }

    /** The route of a handshake may have gone while it was on its way. */
    private Pairing<Party> pairing(RouteConfig route) throws RefusedException {
        Pairing<Party> pairing = pairings.get(Door.of(route));
        if (pairing == null) {
            throw new RefusedException(Refusal.NO_ROUTE);
        }
        return pairing;
    }

    /** {@return clients in the waiting room of each route} */
    public Map<String, Integer> waitingClients() {
        Map<String, Integer> waiting = new HashMap<>(count(Pairing::waitingClients));
        upstreams.forEach((route, upstream) ->
                waiting.merge(route, upstream.waiting(), Integer::sum));
        return Map.copyOf(waiting);
    }

    /** {@return workers without a client of each route} */
    public Map<String, Integer> waitingWorkers() {
        return count(Pairing::waitingWorkers);
    }

    private Map<String, Integer> count(Function<Pairing<Party>, Integer> what) {
        return pairings.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        entry -> entry.getKey().name(),
                        entry -> what.apply(entry.getValue()),
                        Integer::sum));
    }
}
