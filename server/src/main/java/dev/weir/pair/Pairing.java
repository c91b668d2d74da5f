package dev.weir.pair;

import dev.weir.config.Assign;
import dev.weir.config.OnDuplicate;
import dev.weir.config.RouteConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom on one route: the waiting room of clients and the free workers, and the rule
 * by which they are joined. Knows nothing of what it joins but key, subprotocol and host.
 *
 * <p>A client of a keyed route holds its key from the moment it enters until it leaves, so that a
 * key has one client at a time. On a pool the key is empty and nobody holds it.
 *
 * <p>{@link #lock} guards everything; it is never held while waiting. Only {@link #await} blocks.
 *
 * @param <S> what is joined
 */
public final class Pairing<S> {

    /** What came of entering. */
    public sealed interface Entry<S> {
        /** The client has a place: at a worker already, or in the waiting room. */
        record Admitted<S>(Place<S> place) implements Entry<S> {}

        /** As {@link Admitted}, and those who had or waited for the key are to be closed now. */
        record Replacing<S>(Place<S> place, List<S> replaced) implements Entry<S> {}

        /** Another client holds the key. */
        record KeyTaken<S>() implements Entry<S> {}

        /** The waiting room is full. */
        record RoomFull<S>() implements Entry<S> {}

        /** No worker is free, and this route lets nobody wait. */
        record NoWorker<S>() implements Entry<S> {}
    }

    /** A client's place, from entering until it leaves. */
    public static final class Place<S> {
        final String key;
        final String subprotocol;
        final S client;

        /** Where its worker arrives; empty when it gave up. Replaced at every new wait. */
        volatile CompletableFuture<Optional<S>> seat = new CompletableFuture<>();

        /** Workers that came before this number are not for it. */
        long fromArrival;

        Place(String key, String subprotocol, S client) {
            this.key = key;
            this.subprotocol = subprotocol;
            this.client = client;
        }
    }

    /** A worker that no client has. */
    record Free<S>(S worker, String subprotocol, String host, long arrival, long busyNanos) {}

    private RouteConfig route;

    /** Makes a worker for a client; null where workers come by themselves. */
    private final @Nullable UnaryOperator<S> source;

    /** The config has this route no more: nobody new comes, and nobody waits again. */
    private boolean retired;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Station<S>> stations = new HashMap<>();

    /** Pairs per worker host, for the least-loaded choice. */
    private final Map<String, Integer> pairsOfHost = new HashMap<>();

    private int waitingClients;
    private int waitingWorkers;
    private long arrivals;

    /** An empty waiting room with the bounds of that route. */
    public Pairing(RouteConfig route) {
        this(route, null);
    }

    /**
     * As {@link #Pairing(RouteConfig)}, of a route that has a worker for every client.
     *
     * @param source makes the worker of a client, without blocking
     */
    public Pairing(RouteConfig route, @Nullable UnaryOperator<S> source) {
        this.route = route;
        this.source = source;
    }

    /** Changes the rules for those who come from now on; a retired route is in use again. */
    public void change(RouteConfig changed) {
        lock.lock();
        try {
            route = changed;
            retired = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets no newcomer meet anybody here any more. Pairs go on, and clients may wait out their
     * time.
     *
     * @return the free workers, for whom nobody will come
     */
    public List<S> retire() {
        lock.lock();
        try {
            retired = true;
            List<S> free = stations.values().stream()
                    .flatMap(station -> station.workers.stream())
                    .map(Free::worker)
                    .toList();
            stations.values().forEach(station -> station.workers.clear());
            stations.values().removeIf(Station::isEmpty);
            waitingWorkers = 0;
            return free;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether nobody waits here, and no key is held} */
    public boolean isEmpty() {
        lock.lock();
        try {
            return stations.isEmpty() && pairsOfHost.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a client in, if the route's rules do.
     *
     * @param key empty on a pool
     * @param subprotocol empty when none was agreed
     */
    public Entry<S> enter(String key, String subprotocol, S client) {
        lock.lock();
        try {
            Station<S> station = stations.computeIfAbsent(key, k -> new Station<>());
            Entry<S> entry = enter(station, new Place<>(key, subprotocol, client));
            removeIfEmpty(key, station);
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private Entry<S> enter(Station<S> station, Place<S> place) {
        Place<S> holder = station.holder;
        if (holder == null || place.key.isEmpty()) {
            Free<S> worker = take(station, place);
            if (worker == null) {
                Entry<S> refusal = refuseToWait();
                if (refusal != null) {
                    return refusal;
                }
                admit(station, place, false);
            } else {
                seat(place, worker);
            }
            hold(station, place);
            return new Entry.Admitted<>(place);
        }
        if (route.onDuplicate() == OnDuplicate.REJECT) {
            return new Entry.KeyTaken<>();
        }
        Entry<S> refusal = refuseToWait();
        if (refusal != null) {
            return refusal instanceof Entry.NoWorker<S> ? new Entry.KeyTaken<>() : refusal;
        }
        if (route.onDuplicate() == OnDuplicate.QUEUE) {
            admit(station, place, false);
            return new Entry.Admitted<>(place);
        }
        // The holder, and others who came to replace it and still wait until it is gone.
        List<S> replaced = Stream.concat(Stream.of(holder), station.clients.stream())
                .distinct()
                .map(old -> old.client)
                .toList();
        admit(station, place, true);
        return new Entry.Replacing<>(place, replaced);
    }

    private @Nullable Entry<S> refuseToWait() {
        if (retired || route.clientWait().isZero()) {
            return new Entry.NoWorker<>();
        }
        return waitingClients >= route.waitingRoom().clients() ? new Entry.RoomFull<>() : null;
    }

    private void admit(Station<S> station, Place<S> place, boolean first) {
        waitingClients++;
        if (first) {
            station.clients.addFirst(place);
        } else {
            station.clients.addLast(place);
        }
    }

    private void hold(Station<S> station, Place<S> place) {
        if (!place.key.isEmpty()) {
            station.holder = place;
        }
    }

    /** {@return the worker that this place has been given already, or null} */
    public @Nullable S given(Place<S> place) {
        Optional<S> now = place.seat.getNow(Optional.empty());
        return now.orElse(null);
    }

    /**
     * Waits for the worker of a place.
     *
     * @param nanos how long at most
     * @return null when none came in time or the client gave up
     * @throws InterruptedException when told to give up
     */
    public @Nullable S await(Place<S> place, long nanos) throws InterruptedException {
        try {
            return place.seat.get(nanos, TimeUnit.NANOSECONDS).orElse(null);
        } catch (TimeoutException e) {
            giveUp(place);
            return place.seat.join().orElse(null); // done now: by us, or by a worker just before
        } catch (ExecutionException e) {
            throw new IllegalStateException("a seat never fails", e);
        }
    }

    /**
     * Ends the wait of a client that is going; it still has to {@link #leave}.
     *
     * @return whether it did wait; false when it has a worker, or had given up before
     */
    public boolean giveUp(Place<S> place) {
        lock.lock();
        try {
            Station<S> station = stations.get(place.key);
            if (station != null && station.clients.remove(place)) {
                waitingClients--;
            }
            return place.seat.complete(Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a client that lost its worker back into the waiting room, ahead of all others, or gives
     * it a free worker at once.
     *
     * @param onlyNewcomers on a pool: only a worker that comes from now on will do
     * @return false when the room is full or the route lets nobody wait
     */
    public boolean waitAgain(Place<S> place, boolean onlyNewcomers) {
        lock.lock();
        try {
            place.seat = new CompletableFuture<>();
            place.fromArrival = onlyNewcomers && place.key.isEmpty() ? arrivals : 0;
            Station<S> station = stations.computeIfAbsent(place.key, k -> new Station<>());
            Free<S> worker = take(station, place);
            if (worker != null) {
                seat(place, worker);
                return true;
            }
            if (refuseToWait() != null) {
                removeIfEmpty(place.key, station);
                return false;
            }
            admit(station, place, true);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The client is gone for good; its key is free for the next one in line. */
    public void leave(Place<S> place) {
        lock.lock();
        try {
            Station<S> station = stations.get(place.key);
            if (station == null) {
                return;
            }
            if (station.clients.remove(place)) {
                waitingClients--;
            }
            if (station.holder == place) {
                station.holder = station.clients.peekFirst();
                matchHolder(station);
            }
            removeIfEmpty(place.key, station);
        } finally {
            lock.unlock();
        }
    }

    private void matchHolder(Station<S> station) {
        Place<S> next = station.holder;
        if (next != null) {
            Free<S> worker = take(station, next);
            if (worker != null) {
                station.clients.remove(next);
                waitingClients--;
                seat(next, worker);
            }
        }
    }

    /**
     * Offers a worker: to the first client that waits for one like it, else it waits itself.
     *
     * @param host where it runs, for the least-loaded choice
     * @param busyNanos how long it has served clients already
     * @return false when too many workers wait
     */
    public boolean offer(String key, String subprotocol, S worker, String host, long busyNanos) {
        lock.lock();
        try {
            Free<S> free = new Free<>(worker, subprotocol, host, ++arrivals, busyNanos);
            Station<S> station = stations.computeIfAbsent(key, k -> new Station<>());
            Place<S> place = station.firstFor(free, key.isEmpty());
            if (place != null) {
                station.clients.remove(place);
                waitingClients--;
                seat(place, free);
                return true;
            }
            if (retired || waitingWorkers >= route.waitingRoom().workers()) {
                removeIfEmpty(key, station);
                return false;
            }
            waitingWorkers++;
            station.workers.addLast(free);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes back the offer of a worker that has ended.
     *
     * @return whether it was free; false when a client has it
     */
    public boolean withdraw(String key, S worker) {
        lock.lock();
        try {
            Station<S> station = stations.get(key);
            if (station == null
                    || !station.workers.removeIf(free -> free.worker.equals(worker))) {
                return false;
            }
            waitingWorkers--;
            removeIfEmpty(key, station);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Tells that a client is done with a worker of that host. */
    public void served(String host) {
        lock.lock();
        try {
            pairsOfHost.computeIfPresent(host, (h, n) -> n == 1 ? null : n - 1);
        } finally {
            lock.unlock();
        }
    }

    /** {@return clients in the waiting room} */
    public int waitingClients() {
        lock.lock();
        try {
            return waitingClients;
        } finally {
            lock.unlock();
        }
    }

    /** {@return workers that no client has} */
    public int waitingWorkers() {
        lock.lock();
        try {
            return waitingWorkers;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Free<S> take(Station<S> station, Place<S> place) {
        if (source != null) {
            S made = source.apply(place.client);
            return new Free<>(made, place.subprotocol, route.connector(), ++arrivals, 0);
        }
        Free<S> worker = station.takeFor(place, this::compare);
        if (worker != null) {
            waitingWorkers--;
        }
        return worker;
    }

    private void seat(Place<S> place, Free<S> free) {
        pairsOfHost.merge(free.host, 1, Integer::sum);
        if (!place.seat.complete(Optional.of(free.worker))) {
            throw new IllegalStateException("the place was taken");
        }
    }

    /** Which of two free workers comes first. */
    private int compare(Free<S> a, Free<S> b) {
        if (route.assign() == Assign.LEAST_LOADED) {
            int byHost = Integer.compare(pairs(a.host), pairs(b.host));
            int byTime = Long.compare(a.busyNanos, b.busyNanos);
            if (byHost != 0 || byTime != 0) {
                return byHost != 0 ? byHost : byTime;
            }
        }
        return Long.compare(a.arrival, b.arrival);
    }

    private int pairs(String host) {
        return pairsOfHost.getOrDefault(host, 0);
    }

    private void removeIfEmpty(String key, Station<S> station) {
        if (station.isEmpty()) {
            stations.remove(key);
        }
    }
}
