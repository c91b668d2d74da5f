package dev.weir.session;

import dev.weir.config.RouteConfig;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pairing;
import dev.weir.pair.Pairing.Entry;
import dev.weir.pair.Side;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a session whose handshake is in order becomes part of its route: a client gets a place and
 * a conversation, a worker is offered to the clients that wait. Thread-safe; never blocks.
 */
public final class Reception {

    private final Map<String, Pairing<Party>> pairings;
    private final Map<String, Upstream> upstreams;
    private final Sessions sessions;
    private final Ids ids;

    /**
     * A reception for these routes.
     *
     * @param upstreams the services of those that have no workers of their own, by route
     */
    public Reception(
            List<RouteConfig> routes, Map<String, Upstream> upstreams, Sessions sessions, Ids ids) {
        this.upstreams = Map.copyOf(upstreams);
        this.pairings = routes.stream()
                .collect(Collectors.toUnmodifiableMap(RouteConfig::name, this::pairingOf));
        this.sessions = sessions;
        this.ids = ids;
    }

    private Pairing<Party> pairingOf(RouteConfig route) {
        Upstream upstream = upstreams.get(route.name());
        return upstream == null
                ? new Pairing<>(route)
                : new Pairing<>(route, upstream::linkFor);
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
        Pairing<Party> pairing = pairing(who.route().name());
        switch (pairing.enter(who.key(), who.subprotocol(), client)) {
            case Entry.Admitted<Party>(var place) ->
                    converse(new Conversation(client, pairing, place, ids), client);
            case Entry.Replacing<Party>(var place, var replaced) -> {
                replaced.forEach(old -> old.end(new End(Side.CLIENT, CloseReason.REPLACED)));
                converse(new Conversation(client, pairing, place, ids), client);
            }
            case Entry.KeyTaken<Party>() -> throw new RefusedException(Refusal.KEY_TAKEN);
            case Entry.RoomFull<Party>() -> throw new RefusedException(Refusal.ROOM_FULL);
            case Entry.NoWorker<Party>() -> throw new RefusedException(Refusal.NO_WORKER);
        }
    }

    private static void converse(Conversation conversation, Session client) {
        String name = "conversation-" + client.identity().id();
        client.activity().conversation(Thread.ofVirtual().name(name).start(conversation));
    }

    private void admitWorker(Session worker) throws RefusedException {
        Identity who = worker.identity();
        Pairing<Party> pairing = pairing(who.route().name());
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

    private Pairing<Party> pairing(String route) {
        Pairing<Party> pairing = pairings.get(route);
        if (pairing == null) {
            throw new IllegalArgumentException("no such route: " + route);
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
                        Map.Entry::getKey, entry -> what.apply(entry.getValue())));
    }
}
