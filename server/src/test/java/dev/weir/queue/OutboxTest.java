package dev.weir.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.config.ByteSize;
import dev.weir.config.QueueConfig;
import dev.weir.config.WhenFull;
import dev.weir.queue.Outbox.Put;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An outbox where threads meet: who waits for what, and what wakes them. */
class OutboxTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final long LONG_NANOS = LONG.toNanos();

    private final BufferPool pool = new BufferPool(1 << 20);
    private final Outbox outbox = outbox(2, LONG);

    private Outbox outbox(int messages, Duration stall) {
        QueueConfig limits =
                new QueueConfig(messages, ByteSize.mib(1), WhenFull.BLOCK, stall);
        return new Outbox(limits, pool, System::nanoTime);
    }

    // A sender that waits for room.

    @Test
    void aBlockedSenderGoesOnWhenAMessageIsWritten() throws Exception {
        outbox.attach(() -> {});
        putTwo(outbox);
        FutureTask<Put> third = blockedPut("c");
        FrameBuffer run = take(outbox);
        assertThat(third.isDone()).as("a run in flight still counts").isFalse();
        outbox.release(run);
        assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo(Put.QUEUED);
        assertThat(texts(take(outbox))).containsExactly("c");
        assertThat(outbox.blocking()).isFalse();
        assertThat(outbox.blockedNanos()).isPositive();
    }

    @Test
    void aBlockedSenderIsToldWhenItsSessionEnds() throws Exception {
        putTwo(outbox);
        FutureTask<Put> third = blockedPut("c");
        outbox.finish();
        assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo(Put.CLOSED);
    }

    @Test
    void theMessageOfABlockedSenderIsDiscardedWithTheOthers() throws Exception {
        putTwo(outbox);
        FutureTask<Put> third = blockedPut("c");
        assertThat(outbox.discard()).isEqualTo(new Remains(2, 2));
        assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo(Put.DROPPED);
        assertThat(outbox.depth().messages()).isZero();
        assertThat(put(outbox, "d")).as("while nobody listens").isEqualTo(Put.DROPPED);
        outbox.attach(() -> {});
        assertThat(put(outbox, "e")).as("for the next who takes").isEqualTo(Put.QUEUED);
    }

    @Test
    void theRestOfAMessageHalfGoneIsDroppedAlsoForABlockedSender() throws Exception {
        Outbox tight = new Outbox(
                new QueueConfig(9, new ByteSize(1), WhenFull.BLOCK, LONG), pool, System::nanoTime);
        tight.attach(() -> {});
        tight.put(Opcode.TEXT, false, bytes("a"));
        tight.release(take(tight));
        tight.put(Opcode.CONTINUATION, false, bytes("b"));
        FutureTask<Put> rest = blocked(tight, () -> tight.put(Opcode.CONTINUATION, true, bytes("c")));
        assertThat(tight.discardRestOfMessage()).isEqualTo(new Remains(1, 1));
        assertThat(rest.get(20, TimeUnit.SECONDS)).isEqualTo(Put.DROPPED);
        assertThat(tight.depth().messages()).isZero();
    }

    @Test
    void aBlockedSenderGivesUpWhenItIsInterrupted() throws Exception {
        putTwo(outbox);
        FutureTask<Put> third = new FutureTask<>(() -> put(outbox, "c"));
        Thread sender = Thread.ofVirtual().start(third);
        await().until(outbox::blocking);
        sender.interrupt();
        assertThatThrownBy(() -> third.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(outbox.blocking()).isFalse();
        assertThat(outbox.depth().messages()).isEqualTo(2);
    }

    @Test
    void aSenderThatWaitedForTheWholeStallDeadlineIsTold() throws Exception {
        Outbox impatient = outbox(1, Duration.ofMillis(1));
        put(impatient, "a");
        assertThat(put(impatient, "b")).isEqualTo(Put.STALLED);
    }

    @Test
    void aSenderWithoutMemoryGoesOnWhenAnotherSessionGivesSomeBack() throws Exception {
        BufferPool small = new BufferPool(FrameBuffer.PAYLOAD_MAX + FrameBuffer.HEADER_MAX);
        Outbox greedy = new Outbox(QueueConfig.defaults(), small, System::nanoTime);
        Outbox modest = new Outbox(QueueConfig.defaults(), small, System::nanoTime);
        greedy.put(Opcode.BINARY, true, ByteBuffer.allocate(FrameBuffer.PAYLOAD_MAX));
        FutureTask<Put> waiting = blocked(modest, () -> put(modest, "a"));
        assertThat(small.refusedSinceLastAsked()).isTrue();
        greedy.discard();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(Put.QUEUED);
        modest.discard();
        assertThat(small.used()).isZero();
    }

    @Test
    void manySmallFragmentsHoldLittleMoreMemoryThanTheirBytes() throws Exception {
        BufferPool large = new BufferPool(64 << 20);
        Outbox full = new Outbox(
                new QueueConfig(1000, ByteSize.mib(1), WhenFull.BLOCK, Duration.ZERO),
                large,
                System::nanoTime);
        ByteBuffer fragment = ByteBuffer.allocate(16);
        Put put = full.put(Opcode.BINARY, false, fragment);
        while (put == Put.QUEUED) {
            assertThat(large.used()).isLessThan(2 * full.depth().bytes() + 8192);
            put = full.put(Opcode.CONTINUATION, false, fragment);
        }
        assertThat(full.depth().highWaterBytes()).isEqualTo(1 << 20);
        full.discard();
        assertThat(large.used()).isZero();
    }

    // A consumer that took only a part.

    @Test
    void whatWasNotTakenOfARunComesFirstForTheNextConsumer() throws Exception {
        Outbox roomy = outbox(9, LONG);
        roomy.attach(() -> {});
        put(roomy, "a");
        put(roomy, "b");
        put(roomy, "c");
        FrameBuffer run = take(roomy);
        put(roomy, "d");
        roomy.giveBack(run, 1);
        assertThat(roomy.depth().messages()).isEqualTo(3);
        assertThat(roomy.depth().bytes()).isEqualTo(3);

        AtomicInteger started = new AtomicInteger();
        roomy.attach(started::incrementAndGet);
        assertThat(started).as("the next consumer has work at once").hasValue(1);
        List<String> taken = new ArrayList<>();
        while (roomy.depth().messages() > 0) {
            FrameBuffer next = take(roomy);
            taken.addAll(texts(next));
            roomy.release(next);
        }
        assertThat(taken).containsExactly("b", "c", "d");
        assertThat(pool.used()).isZero();
    }

    @Test
    void aRunOfWhichAllWasTakenIsWritten() throws Exception {
        outbox.attach(() -> {});
        putTwo(outbox);
        FutureTask<Put> third = blockedPut("c");
        outbox.giveBack(take(outbox), 2);
        assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo(Put.QUEUED);
        assertThat(outbox.depth().messages()).isEqualTo(1);
    }

    @Test
    void whatIsGivenBackAfterEverythingWasDiscardedIsDroppedToo() throws Exception {
        outbox.attach(() -> {});
        putTwo(outbox);
        FrameBuffer run = take(outbox);
        outbox.detach(0);
        outbox.discard();
        assertThat(outbox.giveBack(run, 1)).isEqualTo(new Remains(1, 1));
        assertThat(outbox.depth().messages()).isZero();
        assertThat(pool.used()).isZero();
    }

    @Test
    void aPartOfAMessageCanBeGivenBack() throws Exception {
        outbox.attach(() -> {});
        outbox.put(Opcode.TEXT, false, bytes("a"));
        FrameBuffer part = take(outbox);
        outbox.put(Opcode.CONTINUATION, true, bytes("b"));
        outbox.giveBack(part, 0);
        assertThat(outbox.depth().messages()).isEqualTo(1);
        assertThat(outbox.depth().bytes()).isEqualTo(2);
        outbox.attach(() -> {});
        assertThat(texts(take(outbox))).containsExactly("a");
    }

    @Test
    void aMessageIsForWhoListenedWhenItBegan() throws Exception {
        outbox.attach(() -> {});
        outbox.begin();
        outbox.detach(0);
        outbox.discard();
        outbox.attach(() -> {});
        assertThat(put(outbox, "for the last one")).isEqualTo(Put.DROPPED);
        assertThat(put(outbox, "for this one")).isEqualTo(Put.QUEUED);
        assertThat(texts(take(outbox))).containsExactly("for this one");
    }

    // A consumer, started and dismissed.

    @Test
    void theConsumerIsCalledWhenTheSenderHasPutAllItHas() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        outbox.attach(calls::incrementAndGet);
        putTwo(outbox);
        assertThat(calls).hasValue(0);
        outbox.flush();
        assertThat(calls).hasValue(1);
    }

    @Test
    void aConsumerIsCalledAgainOnlyWhenItHasLeft() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        outbox.attach(calls::incrementAndGet);
        put(outbox, "a");
        outbox.flush();
        FrameBuffer run = take(outbox);
        put(outbox, "b");
        outbox.flush();
        assertThat(calls).as("while it writes").hasValue(1);
        outbox.release(run);
        outbox.release(take(outbox));
        assertThat(outbox.take()).as("all is taken").isNull();
        outbox.flush();
        assertThat(calls).as("without work").hasValue(1);
        put(outbox, "c");
        outbox.flush();
        assertThat(calls).hasValue(2);
    }

    @Test
    void aSenderThatMayNotWaitIsToldThatItWouldHaveTo() throws Exception {
        outbox.attach(() -> {});
        putTwo(outbox);
        assertThat(outbox.tryPut(Opcode.TEXT, true, utf8("c"))).isNull();
        FrameBuffer run = take(outbox);
        outbox.release(run);
        assertThat(outbox.tryPut(Opcode.TEXT, true, utf8("c"))).isEqualTo(Put.QUEUED);
        assertThat(texts(take(outbox))).containsExactly("c");
    }

    @Test
    void aSenderThatHasToWaitCallsTheConsumerFirst() throws Exception {
        Consumer consumer = new Consumer(outbox);
        outbox.attach(consumer::start);
        for (String text : List.of("a", "b", "c", "d", "e")) {
            assertThat(put(outbox, text)).isEqualTo(Put.QUEUED);
        }
        outbox.flush();
        await().untilAsserted(
                () -> assertThat(consumer.seen).containsExactly("a", "b", "c", "d", "e"));
    }

    @Test
    void aConsumerThatComesToAFullQueueIsStartedAtOnce() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        put(outbox, "a");
        outbox.attach(starts::incrementAndGet);
        assertThat(starts).hasValue(1);
    }

    @Test
    void aSenderThatHasFinishedSendsItsConsumerHomeWhenAllIsTaken() throws Exception {
        Consumer consumer = new Consumer(outbox);
        outbox.attach(consumer::start);
        putTwo(outbox);
        outbox.flush();
        outbox.finish();
        await().until(() -> !consumer.running());
        assertThat(consumer.seen).containsExactly("a", "b");
        assertThat(put(outbox, "c")).isEqualTo(Put.CLOSED);
    }

    @Test
    void detachWaitsForTheRunThatIsBeingWritten() throws Exception {
        outbox.attach(() -> {});
        put(outbox, "a");
        outbox.flush();
        FrameBuffer run = take(outbox);
        assertThat(outbox.detach(0)).as("while a run is out").isFalse();

        FutureTask<Boolean> detached = new FutureTask<>(() -> outbox.detach(LONG_NANOS));
        Thread.ofVirtual().start(detached);
        outbox.release(run);
        assertThat(outbox.take()).as("the consumer is to leave").isNull();
        assertThat(detached.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatOneConsumerLeavesTheNextOneTakes() throws Exception {
        Consumer first = new Consumer(outbox);
        outbox.attach(first::start);
        put(outbox, "a");
        outbox.flush();
        await().untilAsserted(() -> assertThat(first.seen).containsExactly("a"));
        assertThat(outbox.detach(LONG_NANOS)).isTrue();

        put(outbox, "b");
        Consumer second = new Consumer(outbox);
        outbox.attach(second::start);
        await().untilAsserted(() -> assertThat(second.seen).containsExactly("b"));
        assertThat(first.seen).containsExactly("a");
        assertThat(outbox.detach(LONG_NANOS)).isTrue();
    }

    @Test
    void aSecondConsumerBesideTheFirstIsABug() {
        outbox.attach(() -> {});
        assertThatThrownBy(() -> outbox.attach(() -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    // The end.

    @Test
    void drainedIsWhatIsWrittenNotWhatIsTaken() throws Exception {
        outbox.attach(() -> {});
        putTwo(outbox);
        FrameBuffer run = take(outbox);
        assertThat(outbox.awaitDrained(0)).isFalse();
        FutureTask<Boolean> drained = new FutureTask<>(() -> outbox.awaitDrained(LONG_NANOS));
        Thread.ofVirtual().start(drained);
        outbox.release(run);
        assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nobodyWaitsForADrainThatNobodyDoes() throws Exception {
        put(outbox, "a");
        assertThat(outbox.awaitDrained(LONG_NANOS)).as("without a consumer").isFalse();

        outbox.attach(() -> {});
        FrameBuffer run = take(outbox);
        FutureTask<Boolean> drained = new FutureTask<>(() -> outbox.awaitDrained(LONG_NANOS));
        Thread.ofVirtual().start(drained);
        put(outbox, "b");
        outbox.forget(run);
        assertThat(drained.get(20, TimeUnit.SECONDS)).as("after a failed write").isFalse();
    }

    @Test
    void anEmptyOutboxIsDrained() throws Exception {
        assertThat(outbox.awaitDrained(0)).isTrue();
        assertThat(outbox.detach(0)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(WhenFull.class)
    void nothingIsLostDoubledOrReorderedBetweenTwoThreads(WhenFull whenFull) throws Exception {
        int messages = 50_000;
        Outbox busy = new Outbox(
                new QueueConfig(64, ByteSize.kib(16), whenFull, LONG), pool, System::nanoTime);
        Consumer consumer = new Consumer(busy);
        busy.attach(consumer::start);
        List<String> accepted = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            String text = Integer.toString(i);
            if (put(busy, text) == Put.QUEUED) {
                accepted.add(text);
            }
            if (i % 7 == 0) {
                busy.flush();
            }
        }
        busy.flush();
        busy.finish();
        await().atMost(Duration.ofMinutes(1)).until(() -> !consumer.running());
        if (whenFull == WhenFull.DROP_OLDEST) {
            assertThat(accepted).containsSubsequence(consumer.seen);
            assertThat(consumer.seen.size() + busy.depth().dropped()).isEqualTo(accepted.size());
        } else {
            assertThat(consumer.seen).isEqualTo(accepted);
        }
        assertThat(busy.depth().highWaterMessages()).isLessThanOrEqualTo(64);
        assertThat(busy.depth().messages()).isZero();
        assertThat(pool.used()).isZero();
    }

    /** A pump without a socket. */
    private static final class Consumer {
        private final Outbox from;
        private final AtomicInteger starts = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private final List<String> seen = new CopyOnWriteArrayList<>();

        Consumer(Outbox from) {
            this.from = from;
        }

        void start() {
            starts.incrementAndGet();
            Thread.ofVirtual().start(this::consume);
        }

        private void consume() {
            FrameBuffer run = from.take();
            while (run != null) {
                seen.addAll(texts(run));
                from.release(run);
                run = from.take();
            }
            ends.incrementAndGet();
        }

        boolean running() {
            return starts.get() > ends.get();
        }
    }

    private static FrameBuffer take(Outbox from) {
        return Objects.requireNonNull(from.take());
    }

    private static void putTwo(Outbox into) throws InterruptedException {
        assertThat(put(into, "a")).isEqualTo(Put.QUEUED);
        assertThat(put(into, "b")).isEqualTo(Put.QUEUED);
    }

    private FutureTask<Put> blockedPut(String text) {
        return blocked(outbox, () -> put(outbox, text));
    }

    private static FutureTask<Put> blocked(Outbox on, Callable<Put> put) {
        FutureTask<Put> task = new FutureTask<>(put);
        Thread.ofVirtual().start(task);
        await().until(on::blocking);
        return task;
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Put put(Outbox into, String text) throws InterruptedException {
        return into.put(Opcode.TEXT, true, bytes(text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> texts(FrameBuffer run) {
        return WireReader.frames(run.encoded()).stream()
                .map(frame -> StandardCharsets.UTF_8.decode(frame.payload()).toString())
                .toList();
    }
}
