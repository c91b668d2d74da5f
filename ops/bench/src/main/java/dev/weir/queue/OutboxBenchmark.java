package dev.weir.queue;

import dev.weir.config.QueueConfig;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The queue of a direction without its threads: some messages are put, taken as runs, and given
 * back, all by one thread. A hand-over to another thread costs more than all of this; it is in the
 * figures of the whole relay. One operation is a batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OutboxBenchmark {

    /** Messages that are taken together. */
    @Param({"1", "8"})
    public int batch;

    /** Bytes of a message. */
    @Param({"64", "1024", "16384"})
    public int size;

    private final Outbox outbox =
            new Outbox(QueueConfig.defaults(), new BufferPool(64 << 20), System::nanoTime);
    private ByteBuffer payload = ByteBuffer.allocate(0);

    private int runs;

    @Setup
    public void attach() {
        outbox.attach(this::consume);
        payload = ByteBuffer.allocateDirect(size);
    }

    @Benchmark
    public int putTakeRelease() throws InterruptedException {
        for (int i = 0; i < batch; i++) {
            outbox.put(Opcode.BINARY, true, payload.clear());
        }
        outbox.flush();
        return runs;
    }

    private void consume() {
        for (FrameBuffer run = outbox.take(); run != null; run = outbox.take()) {
            outbox.release(run);
            runs++;
        }
    }
}
