package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.with;

import dev.weir.config.OnClientGone;
import dev.weir.config.OnDuplicate;
import dev.weir.config.OnWorkerLost;
import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Side;
import dev.weir.pair.TestRoute;
import dev.weir.queue.Opcode;
import dev.weir.session.TestNode.Peer;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** Clients and workers of a whole node, but for its sockets. */
class ConversationTest {

    private static final Close BYE = new Close(1000, "bye");

    @Test
    void aClientAndAWorkerTalkAndTheEndOfTheOneIsToldToTheOther() throws Exception {
        TestNode node = new TestNode(new TestRoute().build());
        Peer worker = node.open(Side.WORKER);
        Peer client = node.open(Side.CLIENT);
        client.says("question");
        awaitMessages(worker, "question");
        worker.says("answer");
        awaitMessages(client, "answer");

        client.says("last words");
        client.session().closedByPeer(BYE);
        client.session().gone();
        awaitMessages(worker, "question", "last words");
        soon().untilAsserted(() -> assertThat(worker.wire().closes()).containsExactly(BYE));
        worker.session().gone();
        assertNothingIsLeftOf(node);
    }

    @Test
    void aWorkerIsNotLostWithAClientThatLeftBeforeItsHandshakeWasAnswered() throws Exception {
        TestNode node = new TestNode(new TestRoute().build());
        Peer worker = node.open(Side.WORKER);
        Peer stillborn = node.admitted(Side.CLIENT);
        assertThat(node.waitingWorkers()).as("it has the worker already").isZero();
        stillborn.session().gone();
        soon().untilAsserted(() -> assertThat(node.waitingWorkers()).isEqualTo(1));

        Peer next = node.open(Side.CLIENT);
        next.says("hello");
        awaitMessages(worker, "hello");
    }

    @Test
    void aClientThatSaysOneThingAndLeavesAtOnceIsHeard() throws Exception {
        for (int i = 0; i < 50; i++) {
            TestNode node = new TestNode(new TestRoute().build());
            Peer worker = node.open(Side.WORKER);
            Peer client = node.open(Side.CLIENT);
            client.says("fire and forget");
            client.session().closedByPeer(BYE);
            client.session().gone();
            awaitMessages(worker, "fire and forget");
            soon().untilAsserted(() -> assertThat(worker.wire().closes()).containsExactly(BYE));
            worker.session().gone();
            assertNothingIsLeftOf(node);
        }
    }

    @Test
    void aKeptWorkerServesTheNextClientAndSaysNothingToItThatWasMeantForTheLast()
            throws Exception {
        TestNode node = new TestNode(new TestRoute().onClientGone(OnClientGone.KEEP).build());
        Peer worker = node.open(Side.WORKER);
        Peer first = node.open(Side.CLIENT);
        awaitPhase(worker, Phase.PAIRED);
        worker.part(Opcode.TEXT, false, "to the fi");
        first.session().gone();
        awaitPhase(worker, Phase.WAITING);
        worker.says("to nobody");

        Peer second = node.open(Side.CLIENT);
        awaitPhase(worker, Phase.PAIRED);
        worker.part(Opcode.TEXT, false, "to the ");
        worker.part(Opcode.CONTINUATION, true, "second");
        awaitMessages(second, "to the second");
    }

    @Test
    void theRestOfAMessageIsNoMessageForTheNextClient() throws Exception {
        TestNode node = new TestNode(new TestRoute().onClientGone(OnClientGone.KEEP).build());
        Peer worker = node.open(Side.WORKER);
        Peer first = node.open(Side.CLIENT);
        awaitPhase(worker, Phase.PAIRED);
        worker.part(Opcode.TEXT, false, "begun for the first, ");
        first.session().gone();
        awaitPhase(worker, Phase.WAITING);
        Peer second = node.open(Side.CLIENT);
        awaitPhase(worker, Phase.PAIRED);
        worker.part(Opcode.CONTINUATION, true, "ended for the second");
        worker.says("whole");
        awaitMessages(second, "whole");
        second.session().gone();
        awaitPhase(worker, Phase.WAITING);

        worker.part(Opcode.TEXT, false, "begun for nobody, ");
        Peer third = node.open(Side.CLIENT);
        awaitPhase(worker, Phase.PAIRED);
        worker.part(Opcode.CONTINUATION, true, "ended for the third");
        worker.says("whole again");
        awaitMessages(third, "whole again");
        assertThat(worker.session().undelivered()).isEqualTo(2);
    }

    @Test
    void aClientWhoseWorkerIsLostGoesOnWithTheNextOne() throws Exception {
        TestNode node = new TestNode(new TestRoute().onWorkerLost(OnWorkerLost.WAIT).build());
        Peer first = node.open(Side.WORKER);
        Peer client = node.open(Side.CLIENT);
        client.says("one");
        awaitMessages(first, "one");
        first.session().gone();
        soon().untilAsserted(() -> assertThat(node.waitingClients()).isEqualTo(1));
        client.says("two");
        Peer second = node.open(Side.WORKER);
        awaitMessages(second, "two");
        assertThat(client.wire().closes()).isEmpty();
        assertThat(first.wire().messages()).containsExactly("one");
    }

    @Test
    void aClientWhoseWorkerIsLostIsToldSoOnARouteThatSaysClose() throws Exception {
        TestNode node = new TestNode(new TestRoute().build());
        Peer worker = node.open(Side.WORKER);
        Peer client = node.open(Side.CLIENT);
        awaitPhase(client, Phase.PAIRED);
        worker.session().gone();
        soon().untilAsserted(() -> assertThat(client.wire().closes())
                .extracting(Close::code).containsExactly(1014));
        client.session().gone();
        assertNothingIsLeftOf(node);
    }

    @Test
    void aClientThatNobodyComesForIsToldToBackOff() throws Exception {
        TestNode node = new TestNode(new TestRoute().clientWait(Duration.ofMillis(1)).build());
        Peer client = node.open(Side.CLIENT);
        soon().untilAsserted(() -> assertThat(client.wire().closes())
                .extracting(Close::code).containsExactly(1013));
        client.session().gone();
        assertNothingIsLeftOf(node);
    }

    @Test
    void aReplacedClientIsToldSoAndItsSuccessorGetsTheNextWorker() throws Exception {
        TestNode node = new TestNode(new TestRoute().onDuplicate(OnDuplicate.REPLACE).build());
        Peer old = node.open(Side.CLIENT);
        Peer young = node.open(Side.CLIENT);
        assertThat(old.wire().closes()).containsExactly(CloseReason.REPLACED.close());
        old.session().gone();
        young.says("hello");
        Peer worker = node.open(Side.WORKER);
        awaitMessages(worker, "hello");
    }

    @Test
    void aDrainDeliversWhatBothHaveSaidAndTellsBothToComeBack() throws Exception {
        TestNode node = new TestNode(new TestRoute().build());
        Peer worker = node.open(Side.WORKER);
        Peer client = node.open(Side.CLIENT);
        awaitPhase(client, Phase.PAIRED);
        client.says("to the worker");
        worker.says("to the client");
        worker.session().drain();
        for (Peer peer : new Peer[] {client, worker}) {
            soon().untilAsserted(() -> assertThat(peer.wire().closes())
                    .extracting(Close::code).containsExactly(1012));
            peer.session().gone();
        }
        assertThat(worker.wire().messages()).containsExactly("to the worker");
        assertThat(client.wire().messages()).containsExactly("to the client");
        assertNothingIsLeftOf(node);
    }

    @Test
    void theOperatorEndsBothOfAPair() throws Exception {
        TestNode node = new TestNode(new TestRoute().build());
        Peer worker = node.open(Side.WORKER);
        Peer client = node.open(Side.CLIENT);
        awaitPhase(client, Phase.PAIRED);
        client.session().end(new End(Side.CLIENT, CloseReason.OPERATOR));
        soon().untilAsserted(() ->
                assertThat(worker.wire().closes()).containsExactly(CloseReason.OPERATOR.close()));
        assertThat(client.wire().closes()).containsExactly(CloseReason.OPERATOR.close());
        assertThat(Objects.requireNonNull(worker.session().end()).reason())
                .isEqualTo(CloseReason.OPERATOR);
    }

    private static ConditionFactory soon() {
        return with().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    private static void awaitMessages(Peer peer, String... messages) {
        soon().untilAsserted(
                () -> assertThat(peer.wire().messages()).containsExactly(messages));
    }

    private static void awaitPhase(Peer peer, Phase phase) {
        soon().until(() -> peer.session().phase() == phase);
    }

    private static void assertNothingIsLeftOf(TestNode node) {
        soon().untilAsserted(() -> {
            assertThat(node.sessions.count()).isZero();
            assertThat(node.waitingClients()).isZero();
            assertThat(node.waitingWorkers()).isZero();
            assertThat(node.pool.used()).isZero();
        });
    }
}
