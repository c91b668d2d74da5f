package dev.weir.watch;

import dev.weir.pair.Leg;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a watchdog remembers of sessions and links from one look to the next, and only from one to the next:
 * what is not kept anew is forgotten. One thread.
 */
final class Marks<M> {

    private Map<Leg, M> before = new HashMap<>();
    private Map<Leg, M> now = new HashMap<>();

    @Nullable M of(Leg leg) {
        return before.get(leg);
    }

    void keep(Leg leg, M mark) {
        now.put(leg, mark);
    }

    /** All sessions were looked at. */
    void turn() {
        Map<Leg, M> old = before;
        before = now;
        now = old;
        now.clear();
    }
}
