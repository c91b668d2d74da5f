package dev.weir.pair;

import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Outbox;
import dev.weir.queue.Remains;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a pair: takes what one leg sent and writes it to the other, a run at a time. The
 * only sender of data to that leg.
 *
 * <p>Its virtual thread is started by the first message and leaves when none came for a while; the
 * next message starts a new one.
 */
final class Pump {

    private final String name;
    private final Leg from;
    private final Leg to;

    /** Written by the pump's thread; read after it has left, which the outbox's lock orders. */
    private Remains lost = new Remains(0, 0);

    private boolean midMessage;

    /** Moves messages now; null while there are none. */
    private volatile @Nullable Thread mover;

    Pump(String name, Leg from, Leg to) {
        this.name = name;
        this.from = from;
        this.to = to;
    }

    void start() {
        from.outbox().attach(() -> Thread.ofVirtual().name(name).start(this::move));
    }

    private void move() {
        Outbox outbox = from.outbox();
        mover = Thread.currentThread();
        try {
            FrameBuffer run = outbox.take();
            while (run != null) {
                if (!write(run)) {
                    return;
                }
                from.delivered(run);
                outbox.release(run);
                run = outbox.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Stops at once, in the middle of a write if need be: the other leg has ended and takes nothing
     * any more.
     *
     * @return false when it has not stopped by then
     */
    boolean cut(long nanos) throws InterruptedException {
        Outbox outbox = from.outbox();
        Thread writing = mover;
        if (!outbox.detach(0) && writing != null) {
            writing.interrupt();
        }
        return outbox.detach(nanos);
    }

    private boolean write(FrameBuffer run) throws InterruptedException {
        boolean written = false;
        boolean givenBack = false;
        try {
            midMessage = run.unfinished();
            to.write(run);
            written = true;
        } catch (PartlyTakenException e) {
            midMessage = e.frames() == 0 ? run.continues() : run.unfinished();
            lost = from.outbox().giveBack(run, e.frames());
            givenBack = true;
            if (lost.messages() > 0) {
                from.lost(lost);
            }
        } catch (IOException e) {
            // The leg has ended and says why; here only what it did not take counts.
            written = false;
        } finally {
            if (!written && !givenBack) {
                // Before the run is given up: whoever waits for that reads this next.
                lost = new Remains(
                        run.messages(), run.payloadBytes(), run.traces().size());
                from.lost(lost);
                from.outbox().forget(run);
            }
        }
        return written;
    }

    /**
     * Waits until all that the leg sent is written.
     *
     * @return false when the time was over or the other leg failed
     */
    boolean drain(long nanos) throws InterruptedException {
        return from.outbox().awaitDrained(nanos);
    }

    /**
     * Stops after the run that is being written.
     *
     * @return false when that is not written by then
     */
    boolean stop(long nanos) throws InterruptedException {
        return from.outbox().detach(nanos);
    }

    /** {@return what was taken and perhaps not written} Valid once it has stopped. */
    Remains lost() {
        return lost;
    }

    /** {@return whether the receiver has only a part of a message} Valid once it has stopped. */
    boolean midMessage() {
        return midMessage;
    }
}
