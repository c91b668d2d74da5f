package dev.weir.watch;

import dev.weir.session.Session;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a watchdog remembers of sessions from one look to the next, and only from one to the next:
 * what is not kept anew is forgotten. One thread.
 */
final class Marks<M> {

    private Map<Session, M> before = new HashMap<>();
    private Map<Session, M> now = new HashMap<>();

    @Nullable M of(Session session) {
        return before.get(session);
    }

    void keep(Session session, M mark) {
        now.put(session, mark);
    }

    /** All sessions were looked at. */
    void turn() {
        Map<Session, M> old = before;
        before = now;
        now = old;
        now.clear();
    }
}
