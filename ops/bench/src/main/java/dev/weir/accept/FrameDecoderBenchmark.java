package dev.weir.accept;

import dev.weir.accept.FrameDecoder.Violation;
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
 * What one read of a socket brought, from bytes to frames without their masks. The mask is taken
 * off in place, so each operation puts back on what the last took off. One operation is a batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameDecoderBenchmark {

    private static final int FINAL_BINARY = 0x82;
    private static final int MASKED_16_BITS = 0x80 | 126;
    private static final int MASK = 0x1234abcd;

    /** Frames that came together. */
    @Param({"1", "8"})
    public int batch;

    /** Bytes of a frame's payload; below 65,536. */
    @Param({"64", "1024", "16384"})
    public int size;

    private final FrameDecoder decoder = new FrameDecoder();
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    @Setup
    public void write() {
        bytes = ByteBuffer.allocateDirect(batch * (8 + size));
        for (int i = 0; i < batch; i++) {
            bytes.put((byte) FINAL_BINARY);
            if (size < 126) {
                bytes.put((byte) (0x80 | size));
            } else {
                bytes.put((byte) MASKED_16_BITS).putShort((short) size);
            }
            bytes.putInt(MASK).put(new byte[size]);
        }
        bytes.flip();
    }

    @Benchmark
    public int decode() throws Violation {
        decoder.feed(bytes.rewind());
        int length = 0;
        while (decoder.next()) {
            length += decoder.payload().remaining();
        }
        return length;
    }
}
