package dev.weir.session;

import dev.weir.config.MessageConfig;
import dev.weir.pair.CloseReason;
import dev.weir.queue.Assembly;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.Outbox.Put;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a session may send, and the way of its frames into its outbox. Small messages enter whole,
 * whatever fragments they came in; larger ones are cut through: their fragments enter as they come.
 *
 * <p>Belongs to whoever reads the session's socket, and makes that one wait while the outbox is full,
 * if it may; only {@link #close} is for any thread.
 */
final class Inbound {

    /** A fragment of fewer bytes is tiny: it costs more than it carries. */
    private static final int TINY_BYTES = 16;

    /** What became of a frame. */
    sealed interface Verdict {
        /** It is on its way. */
        record Accepted() implements Verdict {}

        /** The sender broke a rule. */
        record Offence(CloseReason reason) implements Verdict {}

        /** The receiver does not take what is meant for it. */
        record Stuck(CloseReason reason) implements Verdict {}

        /** The outbox dropped it, and has counted it. */
        record Dropped() implements Verdict {}

        /** It came too late: nobody will take it any more. */
        record Undelivered() implements Verdict {}

        /** It has to wait for room, and may not: the same frame is to come again. */
        record Later() implements Verdict {}
    }

    private static final Verdict ACCEPTED = new Verdict.Accepted();
    private static final Verdict DROPPED = new Verdict.Dropped();
    private static final Verdict UNDELIVERED = new Verdict.Undelivered();
    private static final Verdict LATER = new Verdict.Later();

    private final MessageConfig limits;
    private final int cutThrough;
    private final Outbox outbox;
    private final Assembly assembly;
    private final Utf8 utf8 = new Utf8();

    private int opcode;
    private long messageBytes;
    private int tinyFragments;

    /** More than one frame makes the message. */
    private boolean unfinished;

    /** The message's first part is in the outbox already. */
    private boolean cutting;

    /** The frame that comes next was here before, is checked, and waits for room. */
    private boolean waiting;

    /** It is in the assembly already. */
    private boolean added;

    Inbound(MessageConfig limits, Outbox outbox, BufferPool pool) {
        this.limits = limits;
        this.cutThrough = (int) limits.cutThrough().bytes();
        this.outbox = outbox;
        this.assembly = new Assembly(pool);
    }

    /**
     * Takes one data frame, in the order of the wire; the payload is copied.
     *
     * @param mayWait whether the thread may wait for room; else the verdict is {@link
     *     Verdict.Later} and the same frame is to come again
     */
    Verdict accept(int frameOpcode, boolean fin, ByteBuffer payload, boolean mayWait)
            throws InterruptedException {
        if (!waiting) {
            if (frameOpcode != Opcode.CONTINUATION) {
                begin(frameOpcode, fin);
            }
            CloseReason offence = check(fin, payload);
            if (offence != null) {
                assembly.clear();
                return new Verdict.Offence(offence);
            }
        }
        Verdict verdict = place(fin, payload, mayWait);
        waiting = verdict instanceof Verdict.Later;
        added = added && waiting;
        return verdict;
    }

    private void begin(int messageOpcode, boolean whole) {
        if (unfinished) {
            assembly.clear(); // of a message that will never be complete
        }
        unfinished = !whole;
        opcode = messageOpcode;
        messageBytes = 0;
        tinyFragments = 0;
        cutting = false;
        utf8.reset();
        if (!whole) {
            outbox.begin();
        }
    }

    private Verdict place(boolean fin, ByteBuffer payload, boolean mayWait)
            throws InterruptedException {
        if (cutting && payload.remaining() <= FrameBuffer.PAYLOAD_MAX) {
            return put(Opcode.CONTINUATION, fin, payload, mayWait);
        }
        boolean small = !cutting && messageBytes <= cutThrough;
        if (small && fin && messageBytes == payload.remaining()) {
            return put(opcode, true, payload, mayWait);
        }
        // Without memory to put the fragments together they travel as they are.
        added = added || (small && assembly.add(payload));
        if (added) {
            return fin ? putAssembled(mayWait) : ACCEPTED;
        }
        return mayWait ? cutThrough(fin, payload) : LATER;
    }

    private Verdict putAssembled(boolean mayWait) throws InterruptedException {
        return mayWait
                ? verdictOf(assembly.moveTo(outbox, opcode, true))
                : verdictOrLater(assembly.tryMoveTo(outbox, opcode));
    }

    private @Nullable CloseReason check(boolean fin, ByteBuffer payload) {
        messageBytes += payload.remaining();
        if (messageBytes > limits.limit().bytes()) {
            return CloseReason.MESSAGE_TOO_BIG;
        }
        if (!fin
                && payload.remaining() < TINY_BYTES
                && ++tinyFragments > limits.tinyFragments()) {
            return CloseReason.TOO_MANY_FRAGMENTS;
        }
        if (opcode == Opcode.TEXT
                && (!utf8.accept(payload) || (fin && !utf8.atCharacterEnd()))) {
            return CloseReason.INVALID_UTF8;
        }
        return null;
    }

    /** Forwards a message in parts from here on, or goes on with that. */
    private Verdict cutThrough(boolean fin, ByteBuffer payload) throws InterruptedException {
        boolean begins = !cutting;
        cutting = true;
        if (!begins || assembly.length() == 0) {
            return forward(begins ? opcode : Opcode.CONTINUATION, fin, payload);
        }
        Verdict first = verdictOf(assembly.moveTo(outbox, opcode, false));
        return first instanceof Verdict.Accepted
                ? forward(Opcode.CONTINUATION, fin, payload)
                : first;
    }

    /** Puts a part of a message that is cut through; in pieces, should it be larger than one. */
    private Verdict forward(int firstOpcode, boolean fin, ByteBuffer payload)
            throws InterruptedException {
        ByteBuffer rest = payload.duplicate();
        int pieceOpcode = firstOpcode;
        while (rest.remaining() > FrameBuffer.PAYLOAD_MAX) {
            ByteBuffer piece = rest.slice(rest.position(), FrameBuffer.PAYLOAD_MAX);
            rest.position(rest.position() + FrameBuffer.PAYLOAD_MAX);
            Verdict verdict = put(pieceOpcode, false, piece, true);
            if (!(verdict instanceof Verdict.Accepted)) {
                return verdict;
            }
            pieceOpcode = Opcode.CONTINUATION;
        }
        return put(pieceOpcode, fin, rest, true);
    }

    private Verdict put(int pieceOpcode, boolean fin, ByteBuffer piece, boolean mayWait)
            throws InterruptedException {
        return mayWait
                ? verdictOf(outbox.put(pieceOpcode, fin, piece))
                : verdictOrLater(outbox.tryPut(pieceOpcode, fin, piece));
    }

    private static Verdict verdictOrLater(@Nullable Put put) {
        return put == null ? LATER : verdictOf(put);
    }

    private static Verdict verdictOf(Put put) {
        return switch (put) {
            case QUEUED -> ACCEPTED;
            case DROPPED -> DROPPED;
            case CLOSED -> UNDELIVERED;
            case FULL -> new Verdict.Stuck(CloseReason.QUEUE_FULL);
            case STALLED -> new Verdict.Stuck(CloseReason.STALLED);
        };
    }

    /** Gives back what a half message holds, for good; any thread. */
    void close() {
        assembly.close();
    }
}
