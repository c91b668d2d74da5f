package dev.weir.session;

import dev.weir.config.RouteConfig;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pairing;
import dev.weir.pair.Pairing.Entry;
import dev.weir.pair.Side;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where a session whose handshake is in order becomes part of its route: a client gets a place and
 * a conversation, a worker is offered to the clients that wait. Thread-safe; never blocks.
 */
public final class Reception {

    private final Map<String, Pairing<Session>> pairings;
    private final Sessions sessions;
    private final Ids ids;

    /** A reception for these routes. */
    public Reception(List<RouteConfig> routes, Sessions sessions, Ids ids) {
        this.pairings = routes.stream()
                .collect(Collectors.toUnmodifiableMap(RouteConfig::name, Pairing::new));
        this.sessions = sessions;
        this.ids = ids;
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
        Pairing<Session> pairing = pairing(who.route().name());
        switch (pairing.enter(who.key(), who.subprotocol(), client)) {
            case Entry.Admitted<Session>(var place) ->
                    converse(new Conversation(client, pairing, place, ids), who.id());
            case Entry.Replacing<Session>(var place, var replaced) -> {
                replaced.forEach(old -> old.end(new End(Side.CLIENT, CloseReason.REPLACED)));
                converse(new Conversation(client, pairing, place, ids), who.id());
            }
            case Entry.KeyTaken<Session>() -> throw new RefusedException(Refusal.KEY_TAKEN);
            case Entry.RoomFull<Session>() -> throw new RefusedException(Refusal.ROOM_FULL);
            case Entry.NoWorker<Session>() -> throw new RefusedException(Refusal.NO_WORKER);
        }
    }

    private static void converse(Conversation conversation, String id) {
        Thread.ofVirtual().name("conversation-" + id).start(conversation);
    }

    private void admitWorker(Session worker) throws RefusedException {
        Identity who = worker.identity();
        Pairing<Session> pairing = pairing(who.route().name());
        worker.onEnd(() -> {
            if (pairing.withdraw(who.key(), worker)) {
                worker.release();
            }
        });
        if (!Conversation.offer(pairing, worker)) {
            throw new RefusedException(Refusal.ROOM_FULL);
        }
    }

    private Pairing<Session> pairing(String route) {
        Pairing<Session> pairing = pairings.get(route);
        if (pairing == null) {
            throw new IllegalArgumentException("no such route: " + route);
        }
        return pairing;
    }

    /** {@return clients in the waiting room of each route} */
    public Map<String, Integer> waitingClients() {
        return count(Pairing::waitingClients);
    }

    /** {@return workers without a client of each route} */
    public Map<String, Integer> waitingWorkers() {
        return count(Pairing::waitingWorkers);
    }

    private Map<String, Integer> count(Function<Pairing<Session>, Integer> what) {
        return pairings.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> what.apply(entry.getValue())));
    }
}
