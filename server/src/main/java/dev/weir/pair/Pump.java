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
 * <p>It has no thread as long as nothing has to wait: whoever has put messages moves them at once.
 * When the receiver does not take a run at once, a virtual thread waits for it, moves what has come
 * meanwhile, and leaves. The outbox lets one of them in at a time.
 */
final class Pump {

    private final String pair;
    private final Leg from;
    private final Leg to;

    /** Written by who moves; read after it has left, which the outbox's lock orders. */
    private Remains lost = new Remains(0, 0);

    private boolean midMessage;

    /** Waits for the receiver, if need be; null while there was no need. */
    private volatile @Nullable Thread mover;

    /** The receiver has ended: nobody is to wait for it any more. */
    private volatile boolean cut;

    Pump(String pair, Leg from, Leg to) {
        this.pair = pair;
        this.from = from;
        this.to = to;
    }

    void start() {
        from.outbox().attach(this::moveAtOnce);
    }

    /** Moves what the receiver takes at once; the sender's thread, which must not wait here. */
    private void moveAtOnce() {
        Outbox outbox = from.outbox();
        FrameBuffer run = outbox.take();
        while (run != null) {
            FrameBuffer taken = run;
            midMessage = run.unfinished();
            try {
                if (!to.tryWrite(run)) {
                    String name = "pump-to-" + to.side().label() + "-" + pair;
                    Thread.ofVirtual().name(name).start(() -> move(taken));
                    return;
                }
            } catch (IOException e) {
                lose(run); // the leg has ended and says why
                return;
            }
            run = next(run);
        }
    }

    /** Moves all there is, however long that takes; a virtual thread of its own. */
    private void move(FrameBuffer first) {
        mover = Thread.currentThread();
        if (cut) {
            Thread.currentThread().interrupt();
        }
        try {
            FrameBuffer run = first;
            while (run != null && write(run)) {
                run = next(run);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives back a run that is written. {@return the next one, or null when there is none} */
    private @Nullable FrameBuffer next(FrameBuffer written) {
        from.delivered(written);
        from.outbox().release(written);
        return from.outbox().take();
    }

    /**
     * Stops at once, in the middle of a write if need be: the other leg has ended and takes nothing
     * any more.
     *
     * @return false when it has not stopped by then
     */
    boolean cut(long nanos) throws InterruptedException {
        Outbox outbox = from.outbox();
        cut = true;
        Thread waiting = mover;
        if (!outbox.detach(0) && waiting != null) {
            waiting.interrupt();
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
                lose(run);
            }
        }
        return written;
    }

    private void lose(FrameBuffer run) {
        // Before the run is given up: whoever waits for that reads this next.
        lost = new Remains(run.messages(), run.payloadBytes(), run.traces().size());
        from.lost(lost);
        from.outbox().forget(run);
    }

    /**
     * Waits until all that the leg sent is written.
     *
     * @return false when the time was over or the other leg failed
     */
    boolean drain(long nanos) throws InterruptedException {
        from.outbox().flush(); // its sender may be in the middle of putting
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
