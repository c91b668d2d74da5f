package dev.weir.session;

import dev.weir.pair.Close;
import dev.weir.queue.FrameBuffer;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/** The socket of a session, as the session sees it. */
public interface Wire {

    /**
     * Writes a run of frames as one if the kernel takes all of it now; never waits. One thread at a
     * time calls this or {@link #write}.
     *
     * @return false when {@link #write} must be called with the same run; some of it may be written
     * @throws IOException when the connection is gone
     */
    boolean tryWrite(FrameBuffer run) throws IOException;

    /**
     * Writes a run of frames as one, or what is left of it; returns when the kernel has taken all.
     *
     * @param nanos how long at most, the wait for the connection to open included
     * @throws SocketTimeoutException when that was not enough; the run may be half written
     * @throws IOException when the connection is gone
     * @throws InterruptedException when told to give up; the run may be half written
     */
    void write(FrameBuffer run, long nanos) throws IOException, InterruptedException;

    /** Sends a ping; never blocks. */
    void ping(ByteBuffer payload);

    /**
     * Answers a ping, perhaps only when all is read that came with it; never blocks. Of several
     * unanswered pings only the last is answered.
     */
    void pong(ByteBuffer payload);

    /** Sends a close frame behind what is being written, and waits for nothing. */
    void close(Close close);

    /** Drops the connection now, whatever is in it. */
    void abort();
}
