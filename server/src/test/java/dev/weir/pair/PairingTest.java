package dev.weir.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.config.Assign;
import dev.weir.config.OnDuplicate;
import dev.weir.pair.Pairing.Entry;
import dev.weir.pair.Pairing.Place;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PairingTest {

    private static final String POOL = "";
    private static final long LONG_NANOS = Duration.ofMinutes(10).toNanos();

    private final Pairing<String> pairing = new Pairing<>(new TestRoute().build());

    @Test
    void aClientGetsTheWorkerOfItsKeyWhoeverCameFirst() throws Exception {
        offer(pairing, "a", "worker a");
        assertThat(workerOf(enter(pairing, "a", "client"))).isEqualTo("worker a");

        Place<String> waiting = enter(pairing, "b", "client");
        offer(pairing, "c", "worker c");
        offer(pairing, "b", "worker b");
        assertThat(workerOf(waiting)).isEqualTo("worker b");
        assertThat(pairing.waitingWorkers()).isEqualTo(1);
        assertThat(pairing.waitingClients()).isZero();
    }

    @Test
    void aPoolServesItsClientsInTheOrderTheyCame() throws Exception {
        Place<String> first = enter(pairing, POOL, "first");
        Place<String> second = enter(pairing, POOL, "second");
        offer(pairing, POOL, "one");
        offer(pairing, POOL, "two");
        assertThat(workerOf(first)).isEqualTo("one");
        assertThat(workerOf(second)).isEqualTo("two");
    }

    @Test
    void aClientIsGivenOnlyAWorkerThatSpeaksTheSameSubprotocol() throws Exception {
        Place<String> place = admitted(pairing.enter(POOL, "v2", "client"));
        assertThat(pairing.offer(POOL, "v1", "speaks v1", "host", 0)).isTrue();
        assertThat(pairing.offer(POOL, "v2", "speaks v2", "host", 0)).isTrue();
        assertThat(workerOf(place)).isEqualTo("speaks v2");
    }

    @Test
    void aSecondClientIsRefusedAsLongAsTheFirstHasTheKey() {
        Place<String> first = enter(pairing, "a", "first");
        assertThat(pairing.enter("a", "", "second")).isInstanceOf(Entry.KeyTaken.class);
        pairing.leave(first);
        assertThat(pairing.enter("a", "", "third")).isInstanceOf(Entry.Admitted.class);
    }

    @Test
    void aSecondClientInLineFollowsWhenTheFirstLeaves() throws Exception {
        Pairing<String> queueing =
                new Pairing<>(new TestRoute().onDuplicate(OnDuplicate.QUEUE).build());
        offer(queueing, "a", "one");
        Place<String> first = enter(queueing, "a", "first");
        Place<String> second = enter(queueing, "a", "second");
        offer(queueing, "a", "two");
        assertThat(workerOf(first)).isEqualTo("one");
        assertThat(queueing.waitingWorkers()).as("the holder alone may have one").isEqualTo(1);
        queueing.leave(first);
        assertThat(workerOf(second)).isEqualTo("two");
        assertThat(queueing.waitingWorkers()).isZero();
    }

    @Test
    void aClientThatReplacesIsToldWhomAndFollowsBeforeAllOthers() throws Exception {
        Pairing<String> replacing =
                new Pairing<>(new TestRoute().onDuplicate(OnDuplicate.REPLACE).build());
        Place<String> old = enter(replacing, "a", "old");
        Entry<String> entry = replacing.enter("a", "", "new");
        if (!(entry instanceof Entry.Replacing<String>(var place, var replaced))) {
            throw new AssertionError(entry);
        }
        assertThat(replaced).containsExactly("old");
        replacing.giveUp(old);
        replacing.leave(old);
        offer(replacing, "a", "worker");
        assertThat(workerOf(place)).isEqualTo("worker");
    }

    @Test
    void aClientThatReplacesReplacesAlsoWhoWaitsToReplace() {
        Pairing<String> replacing =
                new Pairing<>(new TestRoute().onDuplicate(OnDuplicate.REPLACE).build());
        enter(replacing, "a", "old");
        replacing.enter("a", "", "middle");
        Entry<String> entry = replacing.enter("a", "", "new");
        if (!(entry instanceof Entry.Replacing<String>(var place, var replaced))) {
            throw new AssertionError(entry);
        }
        assertThat(place.client).isEqualTo("new");
        assertThat(replaced).containsExactlyInAnyOrder("old", "middle");
    }

    @Test
    void theWaitingRoomHasItsLimits() {
        Pairing<String> small =
                new Pairing<>(new TestRoute().waitingRoom(1, 1, Duration.ZERO).build());
        enter(small, POOL, "first");
        assertThat(small.enter(POOL, "", "second")).isInstanceOf(Entry.RoomFull.class);
        assertThat(small.offer("b", "", "one", "host", 0)).isTrue();
        assertThat(small.offer("c", "", "two", "host", 0)).isFalse();
        assertThat(small.offer(POOL, "", "three", "host", 0)).as("one that is needed").isTrue();
    }

    @Test
    void aRouteWithoutWaitSaysSoAtOnce() {
        Pairing<String> hasty =
                new Pairing<>(new TestRoute().clientWait(Duration.ZERO).build());
        assertThat(hasty.enter("a", "", "client")).isInstanceOf(Entry.NoWorker.class);
        offer(hasty, "a", "worker");
        assertThat(hasty.enter("a", "", "client")).isInstanceOf(Entry.Admitted.class);
    }

    @Test
    void aClientThatGivesUpIsWokenAndNoWorkerIsWastedOnIt() throws Exception {
        Place<String> place = enter(pairing, POOL, "client");
        FutureTask<@Nullable String> waiting =
                new FutureTask<>(() -> pairing.await(place, LONG_NANOS));
        Thread.ofVirtual().start(waiting);
        pairing.giveUp(place);
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isNull();
        offer(pairing, POOL, "worker");
        assertThat(pairing.waitingWorkers()).isEqualTo(1);
        assertThat(pairing.waitingClients()).isZero();
    }

    @Test
    void aWaitThatIsOverGivesThePlaceUp() throws Exception {
        Place<String> place = enter(pairing, POOL, "client");
        assertThat(pairing.await(place, 1)).isNull();
        assertThat(pairing.waitingClients()).isZero();
    }

    @Test
    void aWaitThatIsInterruptedEnds() {
        Place<String> place = enter(pairing, POOL, "client");
        FutureTask<@Nullable String> waiting =
                new FutureTask<>(() -> pairing.await(place, LONG_NANOS));
        Thread thread = Thread.ofVirtual().start(waiting);
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        thread.interrupt();
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void aWorkerThatEndedIsNotGivenToAnybody() throws Exception {
        offer(pairing, POOL, "gone");
        offer(pairing, POOL, "alive");
        pairing.withdraw(POOL, "gone");
        assertThat(workerOf(enter(pairing, POOL, "client"))).isEqualTo("alive");
        assertThat(pairing.waitingWorkers()).isZero();
    }

    @Test
    void aClientThatLostItsWorkerComesBeforeThoseThatWaitLonger() throws Exception {
        offer(pairing, POOL, "one");
        Place<String> unlucky = enter(pairing, POOL, "unlucky");
        assertThat(workerOf(unlucky)).isEqualTo("one");
        Place<String> other = enter(pairing, POOL, "other");
        assertThat(pairing.waitAgain(unlucky, false)).isTrue();
        offer(pairing, POOL, "two");
        assertThat(workerOf(unlucky)).isEqualTo("two");
        assertThat(pairing.waitingClients()).isEqualTo(1);
        offer(pairing, POOL, "three");
        assertThat(workerOf(other)).isEqualTo("three");
    }

    @Test
    void aClientThatWaitsForANewcomerDoesNotTakeAWorkerThatWasThere() throws Exception {
        offer(pairing, POOL, "lost");
        Place<String> place = enter(pairing, POOL, "client");
        offer(pairing, POOL, "was there");
        assertThat(pairing.waitAgain(place, true)).isTrue();
        assertThat(pairing.waitingClients()).isEqualTo(1);
        offer(pairing, POOL, "newcomer");
        assertThat(workerOf(place)).isEqualTo("newcomer");
        assertThat(pairing.waitingWorkers()).isEqualTo(1);
    }

    @Test
    void theLeastLoadedHostServesNext() throws Exception {
        Pairing<String> fair = new Pairing<>(new TestRoute().assign(Assign.LEAST_LOADED).build());
        offer(fair, POOL, "a1", "host a", 0);
        offer(fair, POOL, "a2", "host a", 0);
        offer(fair, POOL, "b1", "host b", 5);
        offer(fair, POOL, "b2", "host b", 1);
        assertThat(workerOf(enter(fair, POOL, "1"))).isEqualTo("a1");
        assertThat(workerOf(enter(fair, POOL, "2"))).as("least busy so far").isEqualTo("b2");
        fair.served("host b");
        assertThat(workerOf(enter(fair, POOL, "3"))).isEqualTo("b1");
        assertThat(workerOf(enter(fair, POOL, "4"))).isEqualTo("a2");
    }

    private static Place<String> enter(Pairing<String> room, String key, String client) {
        return admitted(room.enter(key, "", client));
    }

    private static Place<String> admitted(Entry<String> entry) {
        if (entry instanceof Entry.Admitted<String>(var place)) {
            return place;
        }
        throw new AssertionError("not admitted: " + entry);
    }

    private static void offer(Pairing<String> room, String key, String worker) {
        offer(room, key, worker, "host", 0);
    }

    private static void offer(
            Pairing<String> room, String key, String worker, String host, long busy) {
        assertThat(room.offer(key, "", worker, host, busy)).isTrue();
    }

    /** The worker that the client has already. */
    private @Nullable String workerOf(Place<String> place) {
        return place.seat.isDone() ? place.seat.join().orElse(null) : "nobody yet";
    }
}
