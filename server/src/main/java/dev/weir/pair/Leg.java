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
     * Writes a run of frames to it; returns when the socket has taken them all. Only one thread at
     * a time calls this.
     *
     * @throws PartlyTakenException when it has ended and the rest of the run is still good
     * @throws IOException when it cannot take them in time or at all; it has ended then
     * @throws InterruptedException when told to give up; it has ended then
     */
    void write(FrameBuffer run) throws IOException, InterruptedException;

    /**
     * Told that what it sent has been written to the other, before the run is given back. The
     * thread of the pump calls it.
     */
    void delivered(FrameBuffer run);

    /** Told that what it sent will reach nobody. */
    void lost(Remains what);

    /** {@return how it ended, or null while it lives} */
    @Nullable End end();

    /** Ends it, unless it has ended already; never blocks. */
    void end(End end);
}
