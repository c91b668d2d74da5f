package dev.weir.accept;

import dev.weir.queue.FrameBuffer;
import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.core.Frame;

/**
 * A whole run of encoded frames that Jetty takes for one: it writes the header of the first frame
 * from this object, then all the bytes behind that header, in one system call. What follows the
 * first payload are complete frames already, so the peer sees a correct stream.
 *
 * <p>Sound while no extension is negotiated, frames are unmasked (we are the server), and the run
 * leaves the fragmentation state as its first frame does; {@link FrameBuffer} sees to the last. It
 * relies on Jetty asking {@link #getPayloadLength} for the header only, which a test of the stream
 * on the wire guards.
 */
final class RunFrame extends Frame {

    private final int firstPayloadLength;

    private RunFrame(FrameBuffer.Frame first, ByteBuffer afterFirstHeader) {
        super((byte) first.opcode(), first.fin(), afterFirstHeader);
        this.firstPayloadLength = first.payload().remaining();
    }

    static RunFrame of(FrameBuffer run) {
        FrameBuffer.Frame first = run.frameAt(0);
        ByteBuffer encoded = run.encoded();
        int header = FrameBuffer.headerLength(first.payload().remaining());
        return new RunFrame(first, encoded.position(header));
    }

    @Override
    public int getPayloadLength() {
        return firstPayloadLength;
    }

    @Override
    public boolean hasPayload() {
        return true;
    }
}
