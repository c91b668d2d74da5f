package dev.weir.session;

import dev.weir.config.MessageConfig;
import dev.weir.config.QueueConfig;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
 * The way of a text frame from where it has been parsed to where its bytes are written: limits, the
 * check of its text, fragments, queue. One operation is a batch, taken as one run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FramePathBenchmark {

    /** Frames that leave together. */
    @Param({"1", "8"})
    public int batch;

    /** Bytes of a frame. */
    @Param({"64", "1024", "16384"})
    public int size;

    private final BufferPool pool = new BufferPool(64 << 20);
    private final Outbox outbox = new Outbox(QueueConfig.defaults(), pool, System::nanoTime);
    private final Inbound inbound = new Inbound(MessageConfig.defaults(), outbox, pool);
    private ByteBuffer payload = ByteBuffer.allocate(0);

    private int runs;

    @Setup
    public void attach() {
        outbox.attach(this::consume);
        byte[] text = new byte[size];
        Arrays.fill(text, (byte) 'x');
        payload = ByteBuffer.allocateDirect(size).put(text).flip();
    }

    @Benchmark
    public int accept() throws InterruptedException {
        for (int i = 0; i < batch; i++) {
            inbound.accept(Opcode.TEXT, true, payload.clear(), true);
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
