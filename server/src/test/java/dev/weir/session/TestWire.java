package dev.weir.session;

import dev.weir.pair.Close;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.WireReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A socket that remembers what was done to it. */
final class TestWire implements Wire {

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<Close> closes = new CopyOnWriteArrayList<>();
    private final List<ByteBuffer> pings = new CopyOnWriteArrayList<>();
    private final List<ByteBuffer> pongs = new CopyOnWriteArrayList<>();
    private final StringBuilder message = new StringBuilder();
    private volatile int aborts;
    private volatile @Nullable IOException failure;

    /** Lets every write from now on fail. */
    void failWith(IOException cause) {
        failure = cause;
    }

    @Override
    public boolean tryWrite(FrameBuffer run) {
        return false;
    }

    @Override
    public void write(FrameBuffer run, long nanos) throws IOException {
        IOException cause = failure;
        if (cause != null) {
            throw cause;
        }
        for (WireReader.WireFrame frame : WireReader.frames(run.encoded())) {
            if (message.isEmpty() == (frame.opcode() == 0)) {
                throw new AssertionError("opcode " + frame.opcode() + " behind '" + message + "'");
            }
            message.append(StandardCharsets.UTF_8.decode(frame.payload()));
            if (frame.fin()) {
                messages.add(message.toString());
                message.setLength(0);
            }
        }
    }

    @Override
    public void ping(ByteBuffer payload) {
        pings.add(payload);
    }

    @Override
    public void pong(ByteBuffer payload) {
        pongs.add(payload);
    }

    @Override
    public void close(Close close) {
        closes.add(close);
    }

    @Override
    public void abort() {
        synchronized (this) {
            aborts++;
        }
    }

    /** {@return the whole messages that were written} */
    List<String> messages() {
        return messages;
    }

    /** {@return the close frames that were sent} */
    List<Close> closes() {
        return closes;
    }

    List<ByteBuffer> pings() {
        return pings;
    }

    List<ByteBuffer> pongs() {
        return pongs;
    }

    int aborts() {
        return aborts;
    }
}
