package dev.weir.session;

import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All live sessions of the node, from the answer to their handshake until their socket is gone.
 * Bounded by the connection limit of the admission. Thread-safe.
 */
public final class Sessions {

    private final ConcurrentHashMap<String, Session> byId = new ConcurrentHashMap<>();
    private final Ledger ledger = new Ledger();
    private final Graveyard graveyard = new Graveyard();

    /** Adds a session; it leaves by itself when its socket is gone. */
    void add(Session session) {
        byId.put(session.identity().id(), session);
    }

    /** Forgets a session whose handshake is refused after all. */
    void remove(Session session) {
        byId.remove(session.identity().id(), session);
    }

    /** Forgets a session that is over, but for its figures. */
    void bury(Session session) {
        ledger.close(session);
        remove(session);
        graveyard.add(session);
    }

    /** {@return those that are over, until somebody has looked that nothing of them is left} */
    public Graveyard graveyard() {
        return graveyard;
    }

    /** {@return the figures of those that are over} */
    public Ledger ledger() {
        return ledger;
    }

    /** {@return the session of that id, or null} */
    public @Nullable Session find(String id) {
        return byId.get(id);
    }

    /** {@return a live view of all} */
    public Collection<Session> all() {
        return Collections.unmodifiableCollection(byId.values());
    }

    /** {@return how many there are} */
    public int count() {
        return byId.size();
    }
}
