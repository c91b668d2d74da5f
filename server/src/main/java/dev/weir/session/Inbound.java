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
 * <p>Belongs to the session's event thread, which it blocks while the outbox is full; only {@link
 * #close} does not.
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
    }

    private static final Verdict ACCEPTED = new Verdict.Accepted();
    private static final Verdict DROPPED = new Verdict.Dropped();
    private static final Verdict UNDELIVERED = new Verdict.Undelivered();

    private final MessageConfig limits;
    private final int cutThrough;
    private final Outbox outbox;
    private final Assembly assembly;
    private final Utf8 utf8 = new Utf8();

    private int opcode;
    private long messageBytes;
    private int tinyFragments;

    /** The message's first part is in the outbox already. */
    private boolean cutting;

    Inbound(MessageConfig limits, Outbox outbox, BufferPool pool) {
        this.limits = limits;
        this.cutThrough = (int) limits.cutThrough().bytes();
        this.outbox = outbox;
        this.assembly = new Assembly(pool);
    }

    /** Takes one data frame, in the order of the wire; the payload is copied. */
    Verdict accept(int frameOpcode, boolean fin, ByteBuffer payload) throws InterruptedException {
        if (frameOpcode != Opcode.CONTINUATION) {
            opcode = frameOpcode;
            messageBytes = 0;
            tinyFragments = 0;
            cutting = false;
            utf8.reset();
            if (!fin) {
                outbox.begin();
            }
        }
        CloseReason offence = check(fin, payload);
        if (offence != null) {
            assembly.clear();
            return new Verdict.Offence(offence);
        }
        if (cutting) {
            return forward(Opcode.CONTINUATION, fin, payload);
        }
        if (assembly.length() == 0 && fin && payload.remaining() <= cutThrough) {
            return put(opcode, true, payload);
        }
        return assemble(fin, payload);
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

    private Verdict assemble(boolean fin, ByteBuffer payload) throws InterruptedException {
        boolean small = messageBytes <= cutThrough;
        // Without memory to put the fragments together they travel as they are.
        if (small && assembly.add(payload)) {
            return fin ? verdictOf(assembly.moveTo(outbox, opcode, true)) : ACCEPTED;
        }
        cutting = true;
        if (assembly.length() == 0) {
            return forward(opcode, fin, payload);
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
            Verdict verdict = put(pieceOpcode, false, piece);
            if (!(verdict instanceof Verdict.Accepted)) {
                return verdict;
            }
            pieceOpcode = Opcode.CONTINUATION;
        }
        return put(pieceOpcode, fin, rest);
    }

    private Verdict put(int pieceOpcode, boolean fin, ByteBuffer piece)
            throws InterruptedException {
        return verdictOf(outbox.put(pieceOpcode, fin, piece));
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
