package dev.weir.queue;

import dev.weir.config.QueueConfig;
import dev.weir.config.WhenFull;
import dev.weir.queue.Outbox.Put;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an outbox must do, as simply as it can be said: a list of frames. Nobody waits in it: a put
 * that would has stalled at once.
 */
final class OutboxModel {

    /** A frame as it was put. */
    record Part(int opcode, boolean fin, ByteBuffer payload) {
        boolean starts() {
            return opcode != Opcode.CONTINUATION;
        }
    }

    private final QueueConfig limits;
    private final Deque<Part> queued = new ArrayDeque<>();
    private final List<Part> inFlight = new ArrayList<>();

    /** The message that the sender is in the middle of counts, wherever its parts are. */
    private boolean begun;

    private boolean refusingRest;

    /** All was discarded, and nobody has come since to take anything. */
    private boolean unheard;

    private boolean finished;
    private int highMessages;
    private long highBytes;
    private long dropped;

    OutboxModel(QueueConfig limits) {
        this.limits = limits;
    }

    Put put(Part part) {
        if (finished) {
            return Put.CLOSED;
        }
        refusingRest &= !part.starts();
        if (refusingRest || unheard) {
            refusingRest = !part.fin();
            return Put.DROPPED;
        }
        while (!hasRoom(part)) {
            WhenFull policy = part.starts() ? limits.whenFull() : WhenFull.BLOCK;
            Part oldest = queued.peek();
            if (policy == WhenFull.DROP_OLDEST && oldest != null && oldest.starts()) {
                while (!queued.remove().fin()) {
                    // its other parts
                }
                dropped++;
            } else {
                return refuse(part, policy);
            }
        }
        queued.add(part);
        begun = !part.fin();
        highMessages = Math.max(highMessages, messages());
        highBytes = Math.max(highBytes, bytes());
        return Put.QUEUED;
    }

    private Put refuse(Part part, WhenFull policy) {
        refusingRest = !part.fin();
        if (!part.starts()) {
            begun = false;
            while (!queued.isEmpty() && !queued.getLast().fin()) {
                queued.removeLast();
            }
        }
        if (policy == WhenFull.DROP_NEWEST) {
            dropped++;
            return Put.DROPPED;
        }
        return policy == WhenFull.CLOSE ? Put.FULL : Put.STALLED;
    }

    private boolean hasRoom(Part part) {
        if (queued.isEmpty() && inFlight.isEmpty()) {
            return true;
        }
        boolean oneMore = !part.starts() || messages() < limits.messages();
        return oneMore && bytes() + part.payload().remaining() <= limits.bytes().bytes();
    }

    boolean isEmpty() {
        return queued.isEmpty();
    }

    /**
     * Takes what the outbox gave out as one run.
     *
     * @return null when that is right, else what is wrong with it
     */
    @Nullable String take(List<WireReader.WireFrame> run) {
        boolean fragments = !run.getFirst().fin() || run.getFirst().opcode() == 0;
        if (fragments && run.size() > 1) {
            return "a fragment with something behind it";
        }
        for (WireReader.WireFrame frame : run) {
            String wrong = takeFrame(frame);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    /** A relay may put fragments of one message together (RFC 6455 section 5.4). */
    private @Nullable String takeFrame(WireReader.WireFrame frame) {
        ByteBuffer rest = frame.payload().duplicate();
        Part first = queued.peek();
        if (first == null || first.opcode() != frame.opcode()) {
            return "opcode " + frame.opcode() + " where " + first + " was due";
        }
        Part last = first;
        boolean more = true;
        while (more && !queued.isEmpty()) {
            last = queued.remove();
            inFlight.add(last);
            int size = last.payload().remaining();
            if (rest.remaining() < size || !rest.slice(rest.position(), size).equals(last.payload())) {
                return "other bytes than those of " + last;
            }
            rest.position(rest.position() + size);
            Part next = queued.peek();
            boolean emptyNext = next != null && !next.starts() && !next.payload().hasRemaining();
            more = rest.hasRemaining() || last.fin() != frame.fin() || emptyNext;
        }
        boolean all = !rest.hasRemaining() && last.fin() == frame.fin();
        return all ? null : "a frame that is more than " + last;
    }

    void written() {
        inFlight.clear();
    }

    void forgotten() {
        inFlight.clear();
    }

    Remains discard() {
        int messages = begun ? 1 : 0;
        long bytes = 0;
        for (Part part : queued) {
            messages += part.fin() ? 1 : 0;
            bytes += part.payload().remaining();
        }
        queued.clear();
        unheard = true;
        refusingRest |= begun;
        begun = false;
        return new Remains(messages, bytes);
    }

    Remains discardRestOfMessage() {
        long bytes = 0;
        boolean more = true;
        int messages = 0;
        while (more && !queued.isEmpty() && !queued.peek().starts()) {
            Part part = queued.remove();
            bytes += part.payload().remaining();
            messages += part.fin() ? 1 : 0;
            more = !part.fin();
        }
        if (more && begun && queued.isEmpty()) {
            refusingRest = true;
            begun = false;
            messages++;
        }
        return new Remains(messages, bytes);
    }

    /** The next consumer comes. */
    void attach() {
        unheard = false;
    }

    void finish() {
        finished = true;
    }

    private int messages() {
        int ends = begun ? 1 : 0;
        for (Part part : queued) {
            ends += part.fin() ? 1 : 0;
        }
        for (Part part : inFlight) {
            ends += part.fin() ? 1 : 0;
        }
        return ends;
    }

    private long bytes() {
        long sum = 0;
        for (Part part : queued) {
            sum += part.payload().remaining();
        }
        for (Part part : inFlight) {
            sum += part.payload().remaining();
        }
        return sum;
    }

    Depth depth() {
        return new Depth(messages(), bytes(), highMessages, highBytes, dropped);
    }
}
