package dev.weir.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.QueueConfig;
import dev.weir.pair.Pair.Outcome;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.Remains;
import dev.weir.queue.WireReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PairTest {

    private static final Duration LINGER = Duration.ofSeconds(20);
    private static final End CLIENT_BYE =
            new End(Side.CLIENT, CloseReason.CLOSED, new Close(1000, "bye"));
    private static final End WORKER_LOST = new End(Side.WORKER, CloseReason.LOST);

    private final BufferPool pool = new BufferPool(4 << 20);
    private final TestLeg client = new TestLeg(Side.CLIENT);
    private final TestLeg worker = new TestLeg(Side.WORKER);
    private final Pair pair = new Pair("p", client, worker, LINGER);
    private final FutureTask<Outcome> conversation = new FutureTask<>(() -> converse(pair));

    /** What a conversation does, on one thread. */
    private static Outcome converse(Pair pair) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        pair.start(over::countDown);
        over.await();
        return pair.settle();
    }

    private Thread run() {
        return Thread.ofVirtual().start(conversation);
    }

    private Outcome outcome() throws Exception {
        return conversation.get(60, TimeUnit.SECONDS);
    }

    @AfterEach
    void noMemoryIsHeld() {
        client.outbox.discard();
        worker.outbox.discard();
        assertThat(pool.used()).isZero();
    }

    @Test
    void messagesPassBothWaysInOrder() throws Exception {
        run();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            sent.add("message " + i);
            client.says("message " + i);
            worker.says("message " + i);
        }
        soon().untilAsserted(() -> assertThat(worker.heard).isEqualTo(sent));
        soon().untilAsserted(() -> assertThat(client.heard).isEqualTo(sent));
        soon().untilAsserted(() -> assertThat(client.delivered).hasValue(2000));
        pair.ended(CLIENT_BYE);
        assertThat(outcome().lost()).isEqualTo(new Remains(0, 0));
    }

    @Test
    void theFirstEndWins() throws Exception {
        pair.ended(CLIENT_BYE);
        pair.ended(WORKER_LOST);
        run();
        assertThat(outcome().end()).isEqualTo(CLIENT_BYE);
    }

    @Test
    void lastWordsAreDeliveredBeforeTheEndIsTold() throws Exception {
        worker.block();
        run();
        client.says("last");
        client.says("words");
        client.outbox.finish();
        pair.ended(CLIENT_BYE);
        assertThat(conversation.isDone()).isFalse();
        worker.unblock();
        Outcome outcome = outcome();
        assertThat(worker.heard).containsExactly("last", "words");
        assertThat(outcome.lost()).isEqualTo(new Remains(0, 0));
        assertThat(outcome.workerFit()).as("the worker may be kept").isTrue();
        assertThat(outcome.clientFit()).isFalse();
    }

    @Test
    void wordsSaidBeforeThePairWereHeldAndAreDelivered() throws Exception {
        client.says("early");
        client.outbox.finish();
        pair.ended(CLIENT_BYE);
        run();
        outcome();
        assertThat(worker.heard).containsExactly("early");
    }

    @Test
    void whatTheOtherSideHadSaidIsCountedWhenItReachesNobody() throws Exception {
        client.block();
        run();
        worker.says("one");
        client.awaitWriting();
        worker.says("two");
        worker.says("three");
        pair.ended(CLIENT_BYE);
        client.breakDown();
        assertThat(outcome().lost()).isEqualTo(new Remains(3, 11));
        assertThat(worker.lost).as("told to the one that said it").hasValue(3);
        assertThat(client.heard).isEmpty();
    }

    @Test
    void aWorkerWithHalfAMessageIsNotFitForTheNextClient() throws Exception {
        run();
        client.part(Opcode.TEXT, false, "half");
        soon().until(() -> worker.half.equals("half"));
        client.outbox.finish();
        pair.ended(CLIENT_BYE);
        assertThat(outcome().workerFit()).isFalse();
    }

    @Test
    void aWorkerInTheMiddleOfASentenceIsFitAndTheRestIsForNobody() throws Exception {
        run();
        worker.part(Opcode.TEXT, false, "half");
        soon().until(() -> client.half.equals("half"));
        pair.ended(CLIENT_BYE);
        assertThat(outcome().workerFit()).isTrue();
        assertThat(worker.part(Opcode.CONTINUATION, true, "rest")).isEqualTo(Outbox.Put.DROPPED);
        assertThat(worker.outbox.depth().messages()).isZero();
    }

    @Test
    void aClientThatLostItsWorkerKeepsWhatNobodyTook() throws Exception {
        worker.block();
        run();
        client.says("taken");
        worker.awaitWriting();
        client.says("kept");
        pair.ended(WORKER_LOST);
        worker.breakDown();
        Outcome outcome = outcome();
        assertThat(outcome.clientFit()).isTrue();
        assertThat(outcome.lost()).isEqualTo(new Remains(1, 5));
        assertThat(heardByTheNextWorker("kept")).containsExactly("kept");
    }

    @Test
    void theNextWorkerDoesNotSeeTheRestOfAMessage() throws Exception {
        run();
        client.part(Opcode.TEXT, false, "half");
        soon().until(() -> worker.half.equals("half"));
        worker.block();
        client.part(Opcode.CONTINUATION, false, "more");
        worker.awaitWriting();
        client.part(Opcode.CONTINUATION, false, "still more");
        pair.ended(WORKER_LOST);
        worker.breakDown();
        assertThat(outcome().clientFit()).isTrue();
        assertThat(client.part(Opcode.CONTINUATION, true, "end")).isEqualTo(Outbox.Put.DROPPED);
        client.says("whole");
        assertThat(heardByTheNextWorker("whole")).containsExactly("whole");
    }

    @Test
    void aClientWithHalfAMessageIsNotFitForTheNextWorker() throws Exception {
        run();
        worker.part(Opcode.TEXT, false, "half");
        soon().until(() -> client.half.equals("half"));
        pair.ended(WORKER_LOST);
        assertThat(outcome().clientFit()).isFalse();
    }

    @Test
    void aDrainDeliversWhatBothHaveSaid() throws Exception {
        client.block();
        worker.block();
        run();
        client.says("from the client");
        worker.says("from the worker");
        pair.drain();
        assertThat(client.part(Opcode.TEXT, true, "late")).isEqualTo(Outbox.Put.CLOSED);
        client.unblock();
        worker.unblock();
        Outcome outcome = outcome();
        assertThat(outcome.end().reason()).isEqualTo(CloseReason.DRAIN);
        assertThat(worker.heard).containsExactly("from the client");
        assertThat(client.heard).containsExactly("from the worker");
        assertThat(outcome.lost()).isEqualTo(new Remains(0, 0));
    }

    @Test
    void oneDirectionThatStandsStillDoesNotHoldUpTheOther() throws Exception {
        client.block();
        run();
        worker.says("stuck");
        client.awaitWriting();
        client.says("moves");
        soon().untilAsserted(() -> assertThat(worker.heard).containsExactly("moves"));
        client.unblock();
        pair.ended(CLIENT_BYE);
        outcome();
    }

    @Test
    void aConversationThatIsInterruptedGivesUp() throws Exception {
        worker.block();
        Thread thread = run();
        client.says("last words");
        worker.awaitWriting();
        pair.ended(CLIENT_BYE);
        thread.interrupt();
        assertThatThrownBy(this::outcome)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        worker.unblock();
        soon().until(() -> client.outbox.isSettled());
    }

    private List<String> heardByTheNextWorker(String until) throws Exception {
        TestLeg next = new TestLeg(Side.WORKER);
        Pair again = new Pair("q", client, next, LINGER);
        FutureTask<Outcome> second = new FutureTask<>(() -> converse(again));
        Thread.ofVirtual().start(second);
        soon().until(() -> next.heard.contains(until));
        again.ended(WORKER_LOST);
        second.get(60, TimeUnit.SECONDS);
        return next.heard;
    }

    private static ConditionFactory soon() {
        return Awaitility.with().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    /** A side whose socket takes what it is given, waits, or breaks. */
    private final class TestLeg implements Leg {
        private final Side side;
        private final Outbox outbox = new Outbox(QueueConfig.defaults(), pool, System::nanoTime);
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final AtomicReference<@Nullable End> end = new AtomicReference<>();
        private final CountDownLatch writing = new CountDownLatch(1);
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean broken;
        private volatile String half = "";
        private final AtomicInteger delivered = new AtomicInteger();
        private final AtomicInteger lost = new AtomicInteger();

        TestLeg(Side side) {
            this.side = side;
        }

        void block() {
            gate = new CountDownLatch(1);
        }

        void unblock() {
            gate.countDown();
        }

        void breakDown() {
            broken = true;
            gate.countDown();
        }

        void awaitWriting() throws InterruptedException {
            assertThat(writing.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void says(String text) throws InterruptedException {
            assertThat(part(Opcode.TEXT, true, text)).isEqualTo(Outbox.Put.QUEUED);
        }

        Outbox.Put part(int opcode, boolean fin, String text) throws InterruptedException {
            Outbox.Put put = outbox.put(
                    opcode, fin, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            outbox.flush();
            return put;
        }

        /** At once as long as nothing is in its way. */
        @Override
        public boolean tryWrite(FrameBuffer run) throws IOException {
            if (gate.getCount() > 0) {
                return false;
            }
            hear(run);
            return true;
        }

        @Override
        public void write(FrameBuffer run) throws IOException, InterruptedException {
            if (gate.getCount() > 0) {
                writing.countDown();
            }
            gate.await();
            hear(run);
        }

        private void hear(FrameBuffer run) throws IOException {
            if (broken) {
                throw new IOException("broken");
            }
            for (WireReader.WireFrame frame : WireReader.frames(run.encoded())) {
                String text = half + StandardCharsets.UTF_8.decode(frame.payload());
                if (frame.fin()) {
                    heard.add(text);
                }
                half = frame.fin() ? "" : text;
            }
        }

        @Override
        public Side side() {
            return side;
        }

        @Override
        public Outbox outbox() {
            return outbox;
        }

        @Override
        public void delivered(FrameBuffer run) {
            delivered.addAndGet(run.messages());
        }

        @Override
        public void lost(Remains what) {
            lost.addAndGet(what.messages());
        }

        @Override
        public @Nullable End end() {
            return end.get();
        }

        @Override
        public void end(End how) {
            end.compareAndSet(null, how);
        }
    }
}
