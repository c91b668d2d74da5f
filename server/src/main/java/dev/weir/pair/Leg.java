package dev.weir.pair;

import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Outbox;
import dev.weir.queue.Remains;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One of the two that a pair joins, as the pair sees it. */
public interface Leg {

    /** {@return which of the two it is} */
    Side side();

    /** {@return what it sent and the other has not taken yet} */
    Outbox outbox();

    /**
     * Writes a run of frames to it if it takes all of them now; never waits. Only one thread at a
     * time calls this or {@link #write}.
     *
     * @return false when it does not: the caller must call {@link #write} with the same run, for a
     *     part of it may have been written
     * @throws IOException when it cannot take them at all; it has ended then
     */
    boolean tryWrite(FrameBuffer run) throws IOException;

    /**
     * Writes a run of frames to it; returns when the socket has taken them all. Only one thread at
     * a time calls this.
     *
     * @throws PartlyTakenException when it has ended and the rest of the run is still good
     * @throws IOException when it cannot take them in time or at all; it has ended then
     * @throws InterruptedException when told to give up; it has ended then
     */
    void write(FrameBuffer run) throws IOException, InterruptedException;

    /**
     * Told that what it sent has been written to the other, before the run is given back. Must not
     * block.
     */
    void delivered(FrameBuffer run);

    /** Told that what it sent will reach nobody. */
    void lost(Remains what);

    /** {@return how it ended, or null while it lives} */
    @Nullable End end();

    /** Ends it, unless it has ended already; never blocks. */
    void end(End end);
}
