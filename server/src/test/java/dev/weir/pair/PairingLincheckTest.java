package dev.weir.pair;

import dev.weir.config.OnDuplicate;
import dev.weir.config.RouteConfig;
import dev.weir.pair.Pairing.Entry;
import dev.weir.pair.Pairing.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever two clients of one key and its workers do at once, the pairing behaves as if they came
 * one by one; and when all is quiet nobody is lost or seated twice, the key has one client, and the
 * counts are right.
 */
public class PairingLincheckTest {

    private static final String KEY = "k";

    private static final RouteConfig ROUTE = new TestRoute()
            .onDuplicate(OnDuplicate.QUEUE)
            .waitingRoom(2, 2, Duration.ZERO)
            .build();

    private final Pairing<Integer> pairing = new Pairing<>(ROUTE);
    private final Client one = new Client(1);
    private final Client two = new Client(2);

    private int lastWorker = 10;
    private final Set<Integer> accepted = new HashSet<>();
    private final Set<Integer> withdrawn = new HashSet<>();

    /** A client as its conversation treats it. */
    private final class Client {
        private final int id;
        private final List<CompletableFuture<Optional<Integer>>> seats = new ArrayList<>();
        private @Nullable Place<Integer> place;

        Client(int id) {
            this.id = id;
        }

        /** {@return whether it comes in now} */
        boolean enter() {
            if (place != null) {
                return false;
            }
            Entry<Integer> entry = pairing.enter(KEY, "", id);
            if (entry instanceof Entry.Admitted<Integer>(var admitted)) {
                place = admitted;
                seats.add(admitted.seat);
            }
            return place != null;
        }

        int seat() {
            Integer worker = worker();
            return worker == null ? 0 : worker;
        }

        void giveUp() {
            if (place != null) {
                pairing.giveUp(place);
            }
        }

        boolean waitAgain() {
            if (place == null || worker() == null) {
                return false;
            }
            boolean admitted = pairing.waitAgain(place, false);
            seats.add(place.seat);
            return admitted;
        }

        void leave() {
            if (place != null) {
                pairing.leave(place);
                place = null;
            }
        }

        @Nullable Integer worker() {
            return place == null ? null : place.seat.getNow(Optional.empty()).orElse(null);
        }

        boolean waits() {
            return place != null && !place.seat.isDone();
        }
    }

    @Operation(nonParallelGroup = "one")
    public boolean enterOne() {
        return one.enter();
    }

    @Operation(nonParallelGroup = "one")
    public int seatOne() {
        return one.seat();
    }

    @Operation(nonParallelGroup = "one")
    public void giveUpOne() {
        one.giveUp();
    }

    @Operation(nonParallelGroup = "one")
    public boolean waitAgainOne() {
        return one.waitAgain();
    }

    @Operation(nonParallelGroup = "one")
    public void leaveOne() {
        one.leave();
    }

    @Operation(nonParallelGroup = "two")
    public boolean enterTwo() {
        return two.enter();
    }

    @Operation(nonParallelGroup = "two")
    public int seatTwo() {
        return two.seat();
    }

    @Operation(nonParallelGroup = "two")
    public void leaveTwo() {
        two.leave();
    }

    @Operation(nonParallelGroup = "workers")
    public boolean offer() {
        int worker = ++lastWorker;
        boolean placed = pairing.offer(KEY, "", worker, "host", 0);
        if (placed) {
            accepted.add(worker);
        }
        return placed;
    }

    @Operation(nonParallelGroup = "workers")
    public void withdraw() {
        withdrawn.add(lastWorker);
        pairing.withdraw(KEY, lastWorker);
    }

    @Operation(nonParallelGroup = "workers")
    public int waitingWorkers() {
        return pairing.waitingWorkers();
    }

    @Validate
    public void nobodyIsLostOrSeatedTwice() {
        List<Integer> seated = new ArrayList<>();
        for (Client client : List.of(one, two)) {
            client.seats.forEach(seat -> seat.getNow(Optional.empty()).ifPresent(seated::add));
        }
        check(new HashSet<>(seated).size() == seated.size(), "a worker is seated twice");
        Set<Integer> free = new HashSet<>(accepted);
        free.removeAll(seated);
        free.removeAll(withdrawn);
        check(pairing.waitingWorkers() == free.size(), "count of waiting workers");
        int waiting = (one.waits() ? 1 : 0) + (two.waits() ? 1 : 0);
        check(pairing.waitingClients() == waiting, "count of waiting clients");
        check(one.worker() == null || two.worker() == null, "both have the key");
        check(free.isEmpty() || waiting < 2, "a worker is free, and both wait");
    }

    /** Not AssertJ, whose inside would be model-checked too. */
    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    @Test
    void clientsAndWorkersSeemToComeOneByOne() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(1)
                .iterations(5)
                .invocationsPerIteration(100)
                .check(PairingLincheckTest.class);
    }

    @Test
    void clientsAndWorkersSeemToComeOneByOneUnderStress() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(2)
                .actorsAfter(1)
                .iterations(20)
                .invocationsPerIteration(1000)
                .check(PairingLincheckTest.class);
    }
}
