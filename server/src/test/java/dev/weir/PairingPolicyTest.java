package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who meets whom, who waits how long, and what becomes of the one who is left. */
class PairingPolicyTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private static void talk(RawPeer from, RawPeer to, String text) throws Exception {
        from.text(text);
        assertThat(to.text()).isEqualTo(text);
    }

    /** They talk, so they are a pair. */
    private static void paired(RawPeer client, RawPeer worker) throws Exception {
        talk(client, worker, "are you there?");
        talk(worker, client, "yes");
    }

    // Keys, pools and routes.

    @Test
    void clientsMeetWorkersOfTheirOwnKeyOnly() throws Exception {
        RawPeer workerA = weir.worker("a");
        RawPeer clientB = weir.client("b");
        RawPeer clientA = weir.client("a");
        RawPeer workerB = weir.worker("b");
        talk(clientB, workerB, "to b");
        talk(clientA, workerA, "to a");
    }

    @Test
    void aKeyOfSeveralVariablesIsMatchedByTheirNames() throws Exception {
        weir.namedRoute("rooms", "/c/{house}/{room}", "/w/{room}/in/{house}");
        RawPeer client = weir.open("/c/h1/r1");
        RawPeer swapped = weir.open("/w/h1/in/r1");
        paired(client, weir.open("/w/r1/in/h1"));
        swapped.roundTrip();
    }

    @Test
    void aKeyIsReadDecoded() throws Exception {
        paired(weir.client("gr%C3%B6%C3%9Fe%20x"), weir.worker("gr%c3%b6%c3%9fe%20x"));
    }

    @Test
    void theQueryIsNoPartOfTheKey() throws Exception {
        paired(weir.client("a?token=1&x=/.."), weir.worker("a"));
    }

    @Test
    void routesDoNotMix() throws Exception {
        weir.pool().namedRoute("other", "/other/client", "/other/worker");
        RawPeer client = weir.open("/other/client");
        RawPeer stranger = weir.open("/worker");
        paired(client, weir.open("/other/worker"));
        paired(weir.open("/client"), stranger);
    }

    @Test
    void aFixedPathWinsOverAVariable() throws Exception {
        weir.route().namedRoute("special", "/client/vip", "/worker/vip-desk");
        RawPeer general = weir.worker("vip");
        paired(weir.client("vip"), weir.open("/worker/vip-desk"));
        general.roundTrip();
    }

    @Test
    void aWorkerHasOneClientAtATime() throws Exception {
        weir.pool();
        RawPeer worker = weir.open("/worker");
        RawPeer first = weir.open("/client");
        RawPeer second = weir.open("/client");
        paired(first, worker);
        second.text("my turn").roundTrip();
        talk(first, worker, "still mine");
        assertThat(weir.open("/worker").text()).isEqualTo("my turn");
    }

    @Test
    void theWorkerThatWaitsLongestIsNextByDefault() throws Exception {
        weir.pool("assign: round-robin", "on-client-gone: keep");
        List<RawPeer> workers = List.of(
                weir.open("/worker"), weir.open("/worker"), weir.open("/worker"));
        for (int i = 0; i < 6; i++) {
            RawPeer client = weir.open("/client");
            paired(client, workers.get(i % 3));
            int kept = i;
            client.close(1000, "");
            soon().until(() -> alone(workers.get(kept % 3)));
        }
    }

    private boolean alone(RawPeer worker) throws Exception {
        return weir.shown(worker).path("phase").asString().equals("waiting");
    }

    @Test
    void theHostWithFewestPairsIsNextWhenTheLeastLoadedIsWanted() throws Exception {
        weir.pool("assign: least-loaded");
        RawPeer[] busy = {
            weir.dial("/worker").from("127.0.0.2").open(),
            weir.dial("/worker").from("127.0.0.2").open(),
            weir.dial("/worker").from("127.0.0.2").open()
        };
        RawPeer idle = weir.dial("/worker").from("127.0.0.3").open();
        paired(weir.open("/client"), busy[0]);
        paired(weir.open("/client"), idle);
        paired(weir.open("/client"), busy[1]);
    }

    @Test
    void theWorkerThatHasServedLeastIsNextOnTheSameHost() throws Exception {
        weir.pool("assign: least-loaded", "on-client-gone: keep");
        RawPeer first = weir.open("/worker");
        RawPeer client = weir.open("/client");
        paired(client, first);
        RawPeer second = weir.open("/worker");
        client.close(1000, "");
        soon().until(() -> alone(first));
        paired(weir.open("/client"), second);
    }

    // The waiting room.

    @Test
    void clientsAreServedInTheOrderInWhichTheyCame() throws Exception {
        weir.pool();
        for (int i = 0; i < 4; i++) {
            weir.open("/client").text("client " + i);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(weir.open("/worker").text()).isEqualTo("client " + i);
        }
    }

    @Test
    void whatAClientSaysWhileItWaitsIsDeliveredInOrder() throws Exception {
        RawPeer client = weir.client("a");
        for (int i = 0; i < 100; i++) {
            client.text("word " + i);
        }
        RawPeer worker = weir.worker("a");
        client.text("word 100");
        for (int i = 0; i <= 100; i++) {
            assertThat(worker.text()).isEqualTo("word " + i);
        }
    }

    @Test
    void aMessageThatAClientIsInTheMiddleOfIsDeliveredWhole() throws Exception {
        RawPeer client = weir.client("a");
        client.part(false, Frame.TEXT, "be").roundTrip();
        RawPeer worker = weir.worker("a");
        client.part(true, Frame.CONTINUATION, "fore");
        assertThat(worker.text()).isEqualTo("before");
    }

    @Test
    void whatAWorkerSaysBeforeItsFirstClientIsDelivered() throws Exception {
        RawPeer worker = weir.worker("a");
        worker.text("welcome").part(false, Frame.TEXT, "to ").roundTrip();
        RawPeer client = weir.client("a");
        worker.part(true, Frame.CONTINUATION, "you");
        assertThat(client.text()).isEqualTo("welcome");
        assertThat(client.text()).isEqualTo("to you");
    }

    @Test
    void aClientThatNoWorkerComesForIsClosedWith1013() throws Exception {
        weir.route("wait: 200ms");
        RawPeer client = weir.client("a");
        client.text("anybody?");
        assertThat(client.end()).isEqualTo("1013 no partner came in time");
        assertThat(weir.endOf(client)).isEqualTo("wait-expired");
    }

    @Test
    void aWorkerWaitsWithoutEndByDefaultAndAsLongAsItIsToldElse() throws Exception {
        weir.pool("waiting-room: { worker-wait: 200ms }")
                .namedRoute("patient", "/patient/client", "/patient/worker");
        RawPeer patient = weir.open("/patient/worker");
        assertThat(weir.open("/worker").end()).isEqualTo("1013 no partner came in time");
        patient.roundTrip();
    }

    @Test
    void theWaitOfAKeptWorkerBeginsWhenItsClientLeaves() throws Exception {
        weir.pool("on-client-gone: keep", "waiting-room: { worker-wait: 300ms }");
        RawPeer worker = weir.open("/worker");
        RawPeer client = weir.open("/client");
        paired(client, worker);
        assertThat(weir.open("/worker").end()).startsWith("1013"); // so the pair is silent longer
        client.close(1000, "");
        client.end();
        soon().until(() -> alone(worker));
        paired(weir.open("/client"), worker);
    }

    @Test
    void aPlaceInTheWaitingRoomIsFreeAgainWhenItsClientLeaves() throws Exception {
        weir.pool("waiting-room: { clients: 1 }");
        RawPeer first = weir.open("/client");
        assertThat(weir.dial("/client").answer().status()).isEqualTo(503);
        first.reset();
        soon().until(() -> weir.dial("/client").answer().status() == 101);
    }

    @Test
    void aFullWaitingRoomDoesNotKeepAClientFromAFreeWorker() throws Exception {
        weir.pool("waiting-room: { clients: 1 }");
        weir.dial("/client").subprotocols("rare").open();
        RawPeer worker = weir.open("/worker");
        paired(weir.open("/client"), worker);
    }

    // When the client leaves.

    @Test
    void theWorkerOfAClientThatLeftIsClosedByDefault() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        paired(client, worker);
        client.reset();
        assertThat(worker.end()).isEqualTo("1001 the other side went away");
    }

    @Test
    void aKeptWorkerServesTheNextClient() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        for (int i = 0; i < 5; i++) {
            RawPeer client = weir.client("a");
            talk(client, worker, "client " + i);
            talk(worker, client, "answer " + i);
            client.text("last words").close(1000, "");
            assertThat(worker.text()).isEqualTo("last words");
            client.end();
            soon().until(() -> alone(worker));
        }
    }

    @Test
    void whatAKeptWorkerStillSaysToItsLastClientIsNotHeardByTheNext() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        RawPeer client = weir.client("a");
        paired(client, worker);
        client.reset();
        soon().until(() -> alone(worker));
        worker.text("too late").binary(new byte[200_000]).roundTrip();
        RawPeer next = weir.client("a");
        worker.text("for the next");
        assertThat(next.text()).isEqualTo("for the next");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void aMessageBegunForTheLastClientIsNotHeardByTheNext(int size) throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        RawPeer client = weir.client("a");
        paired(client, worker);
        worker.part(false, Frame.TEXT, "x".repeat(size)).roundTrip();
        client.reset();
        soon().until(() -> alone(worker));
        RawPeer next = weir.client("a");
        talk(next, worker, "hello");
        worker.part(true, Frame.CONTINUATION, "the secret end").text("for the next");
        assertThat(next.text()).isEqualTo("for the next");
    }

    @Test
    void aMessageBegunBetweenTwoClientsIsHeardByNeither() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        RawPeer client = weir.client("a");
        paired(client, worker);
        client.reset();
        soon().until(() -> alone(worker));
        worker.part(false, Frame.TEXT, "begun ").roundTrip();
        RawPeer next = weir.client("a");
        talk(next, worker, "hello");
        worker.part(true, Frame.CONTINUATION, "before").text("for the next");
        assertThat(next.text()).isEqualTo("for the next");
    }

    @Test
    void aWorkerThatTalksWithoutPauseMixesNoClients() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        worker.sending(() -> {
            for (int i = 0; ; i++) {
                worker.text(String.valueOf(i));
            }
        });
        int last = -1;
        for (int i = 0; i < 20; i++) {
            RawPeer client = weir.client("a");
            int first = Integer.parseInt(client.text());
            assertThat(first).isGreaterThan(last);
            last = Integer.parseInt(client.text());
            assertThat(last).isEqualTo(first + 1);
            client.reset();
            soon().until(() -> weir.shown(worker).path("pair").isNull());
        }
    }

    @Test
    void aWorkerThatGotHalfAMessageIsNotKept() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        RawPeer client = weir.client("a");
        client.part(false, Frame.TEXT, "x".repeat(100_000));
        assertThat(worker.frame().fin()).isFalse();
        client.reset();
        assertThat(worker.endAfter(frame -> assertThat(frame.fin()).isFalse()))
                .isEqualTo("1001 the other side went away");
    }

    @Test
    void aWorkerIsKeptWhenItsClientDoesWrong() throws Exception {
        weir.route("on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        RawPeer client = weir.client("a");
        paired(client, worker);
        client.send(Frame.of(true, Frame.TEXT, new byte[] {(byte) 0xff}));
        assertThat(client.end()).startsWith("1007");
        soon().until(() -> alone(worker));
        paired(weir.client("a"), worker);
    }

    // When the worker is lost.

    @Test
    void aClientThatWaitsAgainIsServedByTheNextWorkerWithWhatWasNotSent() throws Exception {
        weir.route("on-worker-lost: wait");
        RawPeer client = weir.client("a");
        RawPeer lost = weir.worker("a");
        paired(client, lost);
        lost.reset();
        soon().until(() -> alone(client));
        client.text("one").text("two").roundTrip();
        RawPeer worker = weir.worker("a");
        assertThat(worker.text()).isEqualTo("one");
        assertThat(worker.text()).isEqualTo("two");
        talk(worker, client, "back again");
    }

    @Test
    void aClientOfALostWorkerIsGivenAnotherAtOnce() throws Exception {
        weir.pool("on-worker-lost: reassign");
        RawPeer lost = weir.open("/worker");
        RawPeer spare = weir.open("/worker");
        RawPeer client = weir.open("/client");
        paired(client, lost);
        lost.close(1011, "crash");
        soon().until(() -> spare.id().equals(weir.shown(client).path("pairedWith").asString()));
        paired(client, spare);
    }

    @Test
    void aClientThatIsToWaitDoesNotTakeAWorkerThatWasThereAlready() throws Exception {
        weir.pool("on-worker-lost: wait");
        RawPeer lost = weir.open("/worker");
        RawPeer there = weir.open("/worker");
        RawPeer client = weir.open("/client");
        paired(client, lost);
        lost.reset();
        soon().until(() -> alone(client));
        paired(client, weir.open("/worker"));
        there.roundTrip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "reassign"})
    void messagesToAWorkerThatIsLostGoOnInOrderWithoutHalves(String policy) throws Exception {
        weir.pool("on-worker-lost: " + policy, "queue: { messages: 1000, bytes: 16MiB }");
        RawPeer lost = weir.dial("/worker").stalled().open();
        RawPeer client = weir.open("/client");
        client.sending(() -> {
            for (int i = 0; i < 150; i++) {
                client.text(i + " " + "x".repeat(i % 2 == 0 ? 100_000 : 10));
            }
        });
        soon().until(() -> weir.shown(client).path("received").path("messages").asInt() == 150);
        RawPeer second = policy.equals("reassign") ? weir.open("/worker") : null;
        lost.reset();
        soon().until(() -> weir.shown(client).path("pairedWith").asString().isEmpty()
                || second != null);
        RawPeer worker = second == null ? weir.open("/worker") : second;
        int next = number(worker.text());
        assertThat(next).isPositive();
        while (next < 149) {
            assertThat(number(worker.text())).isEqualTo(++next);
        }
        talk(worker, client, "all there");
    }

    private static int number(String text) {
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }

    @Test
    void theRestOfAMessageWhoseBeginningALostWorkerGotIsNotShownToTheNext() throws Exception {
        weir.route("on-worker-lost: wait");
        RawPeer client = weir.client("a");
        RawPeer lost = weir.worker("a");
        client.part(false, Frame.TEXT, "x".repeat(100_000));
        assertThat(lost.frame().fin()).isFalse();
        lost.reset();
        soon().until(() -> alone(client));
        client.part(false, Frame.CONTINUATION, "y".repeat(100_000)).roundTrip();
        RawPeer worker = weir.worker("a");
        client.part(true, Frame.CONTINUATION, "end").text("whole");
        assertThat(worker.text()).isEqualTo("whole");
    }

    @Test
    void aClientThatMayNotWaitIsClosedWith1014WhenItsWorkerIsLost() throws Exception {
        weir.route("wait: off", "on-worker-lost: wait");
        RawPeer worker = weir.worker("a");
        RawPeer client = weir.client("a");
        paired(client, worker);
        worker.reset();
        assertThat(client.end()).isEqualTo("1014 the worker failed");
    }

    // When the key is taken.

    @Test
    void aNewClientReplacesTheOldOne() throws Exception {
        weir.route("on-duplicate: replace");
        RawPeer old = weir.client("a");
        RawPeer worker = weir.worker("a");
        paired(old, worker);
        RawPeer newcomer = weir.client("a");
        assertThat(old.end()).isEqualTo("1008 replaced by a newer connection");
        assertThat(worker.end()).isEqualTo("1001 the other side went away");
        paired(newcomer, weir.worker("a"));
    }

    @Test
    void aNewClientTakesOverAKeptWorker() throws Exception {
        weir.route("on-duplicate: replace", "on-client-gone: keep");
        RawPeer old = weir.client("a");
        RawPeer worker = weir.worker("a");
        paired(old, worker);
        RawPeer newcomer = weir.client("a");
        assertThat(old.end()).startsWith("1008");
        paired(newcomer, worker);
    }

    @Test
    void aNewClientReplacesOneThatWaits() throws Exception {
        weir.route("on-duplicate: replace");
        RawPeer old = weir.client("a");
        old.text("of the old");
        RawPeer newcomer = weir.client("a");
        assertThat(old.end()).isEqualTo("1008 replaced by a newer connection");
        paired(newcomer, weir.worker("a"));
    }

    @Test
    void aNewClientReplacesOneThatHasNotYetReplacedTheOld() throws Exception {
        weir.route("on-duplicate: replace", "write-deadline: 1h", "queue: { stall: 1h }");
        RawPeer stuck = weir.dial("/worker/a").stalled().open();
        RawPeer old = weir.client("a");
        old.sending(() -> {
            while (true) {
                old.binary(new byte[60_000]);
            }
        });
        soon().until(() -> weir.blocked(old)); // so its end takes long
        RawPeer second = weir.client("a");
        RawPeer third = weir.client("a");
        assertThat(second.end()).isEqualTo("1008 replaced by a newer connection");
        stuck.reset();
        paired(third, weir.worker("a"));
    }

    @Test
    void clientsOfOneKeyWaitInLineForIt() throws Exception {
        weir.route("on-duplicate: queue", "on-client-gone: keep");
        RawPeer worker = weir.worker("a");
        RawPeer first = weir.client("a");
        RawPeer second = weir.client("a");
        RawPeer third = weir.client("a");
        second.text("second").roundTrip();
        third.text("third").roundTrip();
        talk(first, worker, "first");
        first.close(1000, "");
        assertThat(worker.text()).isEqualTo("second");
        second.reset();
        assertThat(worker.text()).isEqualTo("third");
    }

    @Test
    void whoLeavesTheLineDoesNotHoldUpThoseBehind() throws Exception {
        weir.route("on-duplicate: queue");
        RawPeer first = weir.client("a");
        RawPeer second = weir.client("a");
        RawPeer third = weir.client("a");
        second.close(1000, "");
        second.end();
        first.close(1000, "");
        first.end();
        paired(third, weir.worker("a"));
    }

    @Test
    void theLineForAKeyCountsForTheWaitingRoom() throws Exception {
        weir.route("on-duplicate: queue", "waiting-room: { clients: 1 }");
        weir.worker("a");
        weir.client("a");
        weir.client("a");
        assertThat(weir.dial("/client/a").answer().status()).isEqualTo(503);
    }
}
