package dev.weir.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.ByteSize;
import dev.weir.config.QueueConfig;
import dev.weir.config.WhenFull;
import dev.weir.queue.OutboxModel.Part;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random lives of an outbox, each compared with {@link OutboxModel} after every step. */
class OutboxPropertyTest {

    private static final int LIVES = 200;
    private static final int STEPS = 250;
    private static final int[] SIZES = {0, 1, 125, 126, 1000, 5000, 65_535, 65_536};

    @ParameterizedTest
    @EnumSource(WhenFull.class)
    void anOutboxDoesWhatItsModelDoes(WhenFull whenFull) throws Exception {
        for (long seed = 0; seed < LIVES; seed++) {
            new Life(seed, whenFull).live();
        }
    }

    /** Every payload is a part of this, so that a test of many frames makes few bytes. */
    private static final ByteBuffer NOISE = noise();

    private static ByteBuffer noise() {
        byte[] bytes = new byte[2 * FrameBuffer.PAYLOAD_MAX];
        new Random(1).nextBytes(bytes);
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    private static final class Life {
        private final String name;
        private final Random random;
        private final BufferPool pool = new BufferPool(64 << 20);
        private final Outbox outbox;
        private final OutboxModel model;

        private @Nullable FrameBuffer run;
        private boolean sending;
        private boolean receiving;

        Life(long seed, WhenFull whenFull) {
            random = new Random(seed);
            QueueConfig limits = new QueueConfig(
                    1 + random.nextInt(6),
                    new ByteSize(1 + random.nextInt(random.nextBoolean() ? 300 : 200_000)),
                    whenFull,
                    Duration.ZERO);
            name = limits + ", seed " + seed;
            outbox = new Outbox(limits, pool, () -> 0L);
            model = new OutboxModel(limits);
            outbox.attach(() -> {});
        }

        void live() throws InterruptedException {
            for (int step = 0; step < STEPS; step++) {
                step();
                assertThat(outbox.depth()).as("%s, step %d", name, step).isEqualTo(model.depth());
            }
            outbox.finish();
            model.finish();
            put();
            settle();
            assertThat(outbox.discard()).as(name).isEqualTo(model.discard());
            assertThat(outbox.depth().messages()).as(name).isZero();
            assertThat(outbox.depth().bytes()).as(name).isZero();
            assertThat(pool.used()).as("memory in use, %s", name).isZero();
        }

        private void step() throws InterruptedException {
            switch (random.nextInt(20)) {
                case 0 -> discard();
                case 1, 2 -> loseReceiver();
                case 3, 4, 5, 6, 7, 8 -> takeOrRelease();
                default -> put();
            }
        }

        private OutboxModel.Part next() {
            int opcode = sending ? Opcode.CONTINUATION : 1 + random.nextInt(2);
            boolean fin = random.nextInt(3) > 0;
            sending = !fin;
            int size = SIZES[random.nextInt(SIZES.length)];
            return new Part(opcode, fin, NOISE.slice(random.nextInt(NOISE.capacity() - size), size));
        }

        private void put() throws InterruptedException {
            Part part = next();
            assertThat(outbox.put(part.opcode(), part.fin(), part.payload()))
                    .as(name)
                    .isEqualTo(model.put(part));
        }

        private void takeOrRelease() throws InterruptedException {
            if (run != null) {
                release();
            } else if (!model.isEmpty()) {
                FrameBuffer taken = outbox.take();
                if (taken == null) {
                    throw new AssertionError("nothing came, " + name);
                }
                run = taken;
                assertThat(model.take(WireReader.frames(taken.encoded()))).as(name).isNull();
                receiving = taken.unfinished();
            }
        }

        private void release() {
            FrameBuffer taken = run;
            if (taken != null) {
                outbox.release(taken);
                model.written();
                run = null;
            }
        }

        /** The socket fails, or its session parts; the next receiver comes at once. */
        private void loseReceiver() throws InterruptedException {
            FrameBuffer taken = run;
            if (taken != null) {
                outbox.forget(taken);
                model.forgotten();
                run = null;
            }
            outbox.detach(0);
            assertThat(outbox.take()).as("a run for a consumer that is dismissed, %s", name).isNull();
            if (receiving) {
                assertThat(outbox.discardRestOfMessage()).as(name)
                        .isEqualTo(model.discardRestOfMessage());
                receiving = false;
            }
            outbox.attach(() -> {});
            model.attach();
        }

        /** The sender goes to another receiver, and what it said to this one is nobody's. */
        private void discard() throws InterruptedException {
            assertThat(outbox.discard()).as(name).isEqualTo(model.discard());
            receiving = false; // a receiver that has a half message then is closed
            loseReceiver();
        }

        private void settle() throws InterruptedException {
            release();
            while (!model.isEmpty() && random.nextInt(10) > 0) {
                takeOrRelease();
                takeOrRelease();
            }
            release();
        }
    }
}
