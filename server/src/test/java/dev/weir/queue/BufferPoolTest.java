package dev.weir.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.ByteSize;
import dev.weir.config.QueueConfig;
import dev.weir.config.WhenFull;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

    private static final int LARGE = FrameBuffer.PAYLOAD_MAX + FrameBuffer.HEADER_MAX;

    @Test
    void theBudgetIsNeverExceededAndAllOfItCanBeUsed() {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            long budget = (long) LARGE + random.nextInt(1 << 20);
            BufferPool pool = new BufferPool(budget);
            Deque<FrameBuffer> held = new ArrayDeque<>();
            long sum = 0;
            for (int step = 0; step < 500; step++) {
                int wanted = 1 + random.nextInt(LARGE);
                FrameBuffer buffer = random.nextInt(3) == 0 ? null : pool.tryAcquire(wanted);
                if (buffer != null) {
                    assertThat(buffer.capacity()).isGreaterThanOrEqualTo(wanted);
                    held.add(buffer);
                    sum += buffer.capacity();
                } else if (!held.isEmpty()) {
                    FrameBuffer oldest = held.remove();
                    sum -= oldest.capacity();
                    pool.release(oldest);
                }
                assertThat(pool.used()).as("seed %d", seed).isEqualTo(sum);
                assertThat(pool.used()).as("seed %d", seed).isLessThanOrEqualTo(budget);
            }
            held.forEach(pool::release);
            assertThat(pool.used()).as("seed %d", seed).isZero();
            assertThat(pool.tryAcquire(LARGE)).as("kept buffers give way, seed %d", seed).isNotNull();
        }
    }

    @Test
    void threadsNeverHoldTheSameBufferNorMoreThanTheBudget() throws Exception {
        BufferPool pool = new BufferPool(40L * LARGE);
        AtomicLong held = new AtomicLong();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Random random = new Random(t);
                all.add(threads.submit(() -> acquireAndRelease(pool, random, held)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(pool.used()).isZero();
    }

    private static void acquireAndRelease(BufferPool pool, Random random, AtomicLong held) {
        for (int i = 0; i < 20_000; i++) {
            FrameBuffer buffer = pool.tryAcquire(1 + random.nextInt(LARGE));
            if (buffer != null) {
                assertThat(held.addAndGet(buffer.capacity())).isLessThanOrEqualTo(pool.budget());
                int mine = random.nextInt();
                buffer.raw().putInt(0, mine);
                Thread.onSpinWait();
                assertThat(buffer.raw().getInt(0)).isEqualTo(mine);
                held.addAndGet(-buffer.capacity());
                pool.release(buffer);
            }
        }
    }

    @Test
    void whatIsForgottenIsNotGivenOutAgain() {
        BufferPool pool = new BufferPool(LARGE);
        FrameBuffer buffer = acquire(pool, LARGE);
        pool.forget(buffer);
        assertThat(pool.used()).isZero();
        assertThat(acquire(pool, LARGE)).isNotSameAs(buffer);
    }

    @Test
    void aRefusalIsToldOnce() {
        BufferPool pool = new BufferPool(LARGE);
        acquire(pool, LARGE);
        assertThat(pool.nearlyExhausted()).isTrue();
        assertThat(pool.refusedSinceLastAsked()).isFalse();
        assertThat(pool.tryAcquire(1)).isNull();
        assertThat(pool.refusedSinceLastAsked()).isTrue();
        assertThat(pool.refusedSinceLastAsked()).isFalse();
    }

    @Test
    void aBudgetBelowOneBufferAndAFrameAboveTheLargestAreBugs() {
        assertThatThrownBy(() -> new BufferPool(LARGE - 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BufferPool(LARGE).tryAcquire(LARGE + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyOutboxesThatShareTooLittleMemoryStayWithinItAndLoseNothingTheyAccepted()
            throws Exception {
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            BufferPool pool = new BufferPool(3L * LARGE);
            QueueConfig limits =
                    new QueueConfig(1000, ByteSize.mib(1), WhenFull.BLOCK, Duration.ZERO);
            List<Outbox> outboxes = new ArrayList<>();
            int[] accepted = new int[8];
            int[] written = new int[8];
            for (int i = 0; i < accepted.length; i++) {
                Outbox outbox = new Outbox(limits, pool, () -> 0L);
                outbox.attach(() -> {});
                outboxes.add(outbox);
            }
            for (int step = 0; step < 400; step++) {
                int who = random.nextInt(accepted.length);
                Outbox outbox = outboxes.get(who);
                ByteBuffer payload = ByteBuffer.allocate(random.nextInt(20_000));
                if (outbox.put(Opcode.BINARY, true, payload) == Outbox.Put.QUEUED) {
                    accepted[who]++;
                } else if (outbox.depth().messages() > 0) {
                    written[who] += writeOne(outbox);
                }
                assertThat(pool.used()).as("seed %d", seed).isLessThanOrEqualTo(pool.budget());
            }
            for (int i = 0; i < accepted.length; i++) {
                while (outboxes.get(i).depth().messages() > 0) {
                    written[i] += writeOne(outboxes.get(i));
                }
            }
            assertThat(written).as("seed %d", seed).isEqualTo(accepted);
            assertThat(pool.used()).as("seed %d", seed).isZero();
        }
    }

    private static int writeOne(Outbox outbox) throws InterruptedException {
        FrameBuffer run = outbox.take();
        if (run == null) {
            throw new AssertionError("nothing to take");
        }
        int messages = run.messages();
        outbox.release(run);
        return messages;
    }

    private static FrameBuffer acquire(BufferPool pool, int bytes) {
        FrameBuffer buffer = pool.tryAcquire(bytes);
        if (buffer == null) {
            throw new AssertionError("no memory");
        }
        return buffer;
    }
}
