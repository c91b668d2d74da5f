package dev.weir.pair;

import dev.weir.pair.Pairing.Free;
import dev.weir.pair.Pairing.Place;
import java.util.ArrayDeque;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The clients and workers of one key. Guarded by the lock of its {@link Pairing}. */
final class Station<S> {

    /** The client that holds the key, waiting or paired; always null on a pool. */
    @Nullable Place<S> holder;

    final ArrayDeque<Place<S>> clients = new ArrayDeque<>(2);
    final ArrayDeque<Free<S>> workers = new ArrayDeque<>(2);

    boolean isEmpty() {
        return holder == null && clients.isEmpty() && workers.isEmpty();
    }

    /** {@return the best free worker for that client, no longer free; null when there is none} */
    @Nullable Free<S> takeFor(Place<S> place, Comparator<Free<S>> order) {
        Free<S> best = null;
        for (Free<S> free : workers) {
            if (suits(free, place) && (best == null || order.compare(free, best) < 0)) {
                best = free;
            }
        }
        if (best != null) {
            workers.remove(best);
        }
        return best;
    }

    /** {@return the first client that may have that worker; on a key only its holder may} */
    @Nullable Place<S> firstFor(Free<S> free, boolean pool) {
        for (Place<S> place : clients) {
            if (suits(free, place) && (pool || place == holder)) {
                return place;
            }
        }
        return null;
    }

    private static <S> boolean suits(Free<S> free, Place<S> place) {
        return free.subprotocol().equals(place.subprotocol)
                && free.arrival() > place.fromArrival;
    }
}
