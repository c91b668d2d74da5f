package dev.weir.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

/** The check of a text message, from nothing but ASCII to nothing but long characters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Utf8Benchmark {

    /** What the text is made of. */
    public enum Text {
        ASCII("The quick brown fox jumps over it. "),
        GERMAN("Zwölf Boxkämpfer jagen Viktor übern Deich. "),
        CHINESE("視野無限廣，窗外有藍天。"),
        EMOJI("😀🎉🚀🌍");

        private final String unit;

        Text(String unit) {
            this.unit = unit;
        }

        ByteBuffer bytes(int size) {
            byte[] one = unit.getBytes(StandardCharsets.UTF_8);
            ByteBuffer bytes = ByteBuffer.allocateDirect(size);
            while (bytes.remaining() >= one.length) {
                bytes.put(one);
            }
            while (bytes.hasRemaining()) {
                bytes.put((byte) '.');
            }
            return bytes.flip();
        }
    }

    @Param public Text text = Text.ASCII;

    /** Bytes of the message. */
    @Param({"64", "1024", "16384"})
    public int size;

    private final Utf8 utf8 = new Utf8();
    private ByteBuffer message = ByteBuffer.allocate(0);

    @Setup
    public void write() {
        message = text.bytes(size);
    }

    @Benchmark
    public boolean check() {
        utf8.reset();
        return utf8.accept(message) && utf8.atCharacterEnd();
    }
}
