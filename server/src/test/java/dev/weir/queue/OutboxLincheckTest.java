package dev.weir.queue;

import dev.weir.config.ByteSize;
import dev.weir.config.QueueConfig;
import dev.weir.config.WhenFull;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever one sender, one consumer and a third thread do at once, an outbox behaves as if they had
 * taken turns. A put that has to wait has stalled at once here, so that nothing blocks.
 */
@Param(name = "bytes", gen = IntGen.class, conf = "0:3")
public class OutboxLincheckTest {

    private final BufferPool pool = new BufferPool(1 << 20);
    private final Outbox outbox = new Outbox(
            new QueueConfig(2, new ByteSize(4), WhenFull.BLOCK, Duration.ZERO), pool, () -> 0L);

    private @Nullable FrameBuffer run;

    public OutboxLincheckTest() {
        outbox.attach(() -> {});
    }

    @Operation(nonParallelGroup = "sender")
    public Outbox.Put putMessage(@Param(name = "bytes") int bytes) throws InterruptedException {
        return outbox.put(Opcode.BINARY, true, ByteBuffer.allocate(bytes));
    }

    /** Takes a run, should there be one, or gives back the one it has. */
    @Operation(nonParallelGroup = "consumer")
    public long consume() throws InterruptedException {
        FrameBuffer held = run;
        if (held != null) {
            run = null;
            outbox.release(held);
            return -1;
        }
        if (outbox.depth().messages() == 0) {
            return -2;
        }
        run = Objects.requireNonNull(outbox.take());
        return 0;
    }

    /** What a pair does with its queue when a side has gone. */
    @Operation(nonParallelGroup = "consumer")
    public int discard() {
        return outbox.discard().messages();
    }

    @Operation
    public long depth() {
        Depth depth = outbox.depth();
        return 1000L * depth.messages() + depth.bytes();
    }

    @Operation
    public void finish() {
        outbox.finish();
    }

    /** Whatever calls the consumer, the consumer here takes its own time. */
    @Operation
    public void flush() {
        outbox.flush();
    }

    @Test
    void nobodySeesTheOthersInTheMiddle() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(1)
                .iterations(6)
                .invocationsPerIteration(100)
                .check(OutboxLincheckTest.class);
    }

    @Test
    void nobodySeesTheOthersInTheMiddleUnderStress() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(1)
                .iterations(20)
                .invocationsPerIteration(1000)
                .check(OutboxLincheckTest.class);
    }
}
