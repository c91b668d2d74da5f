package dev.weir.queue;

import dev.weir.config.QueueConfig;
import dev.weir.config.WhenFull;
import dev.weir.queue.Outbox.Put;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What an outbox holds and how it is bounded, without threads: the frames, the counts, and what a
 * full queue does with the next message. {@link Outbox} guards it with its lock.
 *
 * <p>A message counts from its first frame until its last is written.
 */
final class Backlog {

    private final QueueConfig limits;
    private final BufferPool pool;
    private final ArrayDeque<FrameBuffer> buffers = new ArrayDeque<>(2);

    private @Nullable FrameBuffer inFlight;
    private int messages;
    private long bytes;
    private int highWaterMessages;
    private long highWaterBytes;
    private long dropped;

    /** Bytes of the last run that left; tells how large a buffer the next one may need. */
    private int lastRun;

    /** The sender is in the middle of a message. */
    private boolean midMessage;

    /** The rest of the message that is being sent is not wanted. */
    private boolean droppingRest;

    Backlog(QueueConfig limits, BufferPool pool) {
        this.limits = limits;
        this.pool = pool;
    }

    /**
     * {@return what became of the frame, or null when it has to wait for room}
     *
     * @param readAt when it was read from the sender's socket
     */
    @Nullable Put offer(int opcode, boolean fin, ByteBuffer payload, long readAt) {
        boolean starts = opcode != Opcode.CONTINUATION;
        if (starts) {
            droppingRest = false;
        } else if (droppingRest) {
            return drop(fin);
        }
        int length = payload.remaining();
        FrameBuffer target = targetFor(opcode, fin, length);
        while (target == null) {
            // A message whose beginning was accepted is accepted to its end.
            WhenFull policy = starts ? limits.whenFull() : WhenFull.BLOCK;
            if (policy == WhenFull.CLOSE) {
                return refuse(opcode, fin, Put.FULL);
            } else if (policy == WhenFull.DROP_NEWEST) {
                dropped++;
                return refuse(opcode, fin, Put.DROPPED);
            } else if (policy == WhenFull.BLOCK || !dropOldest()) {
                return null;
            }
            target = targetFor(opcode, fin, length);
        }
        if (target.frames() == 0) {
            target.since(readAt);
        }
        if (target.unfinished()) {
            target.extend(fin, payload);
        } else {
            target.append(opcode, fin, payload);
        }
        midMessage = !fin;
        add(starts ? 1 : 0, length);
        return Put.QUEUED;
    }

    /**
     * Refuses a frame and the rest of its message. What is queued of that message is taken back, so
     * that a receiver never sees its parts without its end.
     *
     * @return {@code how}
     */
    Put refuse(int opcode, boolean fin, Put how) {
        if (opcode == Opcode.CONTINUATION) {
            messages--; // it was counted when it began
            FrameBuffer tail = buffers.peekLast();
            while (tail != null && tail.unfinished()) {
                buffers.removeLast();
                bytes -= tail.payloadBytes();
                pool.release(tail);
                tail = buffers.peekLast();
            }
        }
        drop(fin);
        return how;
    }

    /** Drops a frame that is for nobody, and the rest of its message. */
    Put dropUnheard(int opcode, boolean fin) {
        dropped += opcode == Opcode.CONTINUATION ? 0 : 1; // discarded ones are counted elsewhere
        return drop(fin);
    }

    /** Drops a frame and the rest of its message. */
    Put drop(boolean fin) {
        droppingRest = !fin;
        midMessage = !fin;
        return Put.DROPPED;
    }

    private boolean dropOldest() {
        FrameBuffer oldest = buffers.peek();
        if (oldest == null || oldest.continues()) {
            return false; // all is in flight, or the beginning of the oldest has left
        }
        boolean more = true;
        while (more && oldest != null) {
            more = oldest.unfinished();
            bytes -= oldest.dropFirst();
            if (oldest.frames() == 0) {
                buffers.remove();
                pool.release(oldest);
            }
            oldest = buffers.peek();
        }
        messages--;
        dropped++;
        return true;
    }

    /** {@return whether the limits of the queue allow one more frame of that length} */
    boolean hasRoom(int opcode, int length) {
        if (isSettled()) {
            return true; // or a frame larger than the queue would never pass
        }
        boolean oneMore = opcode == Opcode.CONTINUATION || messages < limits.messages();
        return oneMore && bytes + length <= limits.bytes().bytes();
    }

    /** {@return a buffer with room for the frame, or null when the queue or the memory is full} */
    private @Nullable FrameBuffer targetFor(int opcode, boolean fin, int length) {
        if (!hasRoom(opcode, length)) {
            return null;
        }
        boolean whole = fin && opcode != Opcode.CONTINUATION;
        FrameBuffer tail = buffers.peekLast();
        if (tail != null && (whole ? tail.fits(length) : tail.canExtend(length))) {
            return tail;
        }
        int wanted = FrameBuffer.HEADER_MAX + length;
        if (whole) {
            // Twice what left in one write last time: small for a trickle, large for a flood.
            wanted = Math.max(wanted, Math.min(2 * lastRun, FrameBuffer.PAYLOAD_MAX));
        }
        FrameBuffer fresh = pool.tryAcquire(wanted);
        if (fresh != null) {
            buffers.add(fresh);
        }
        return fresh;
    }

    private void add(int moreMessages, int moreBytes) {
        messages += moreMessages;
        bytes += moreBytes;
        highWaterMessages = Math.max(highWaterMessages, messages);
        highWaterBytes = Math.max(highWaterBytes, bytes);
    }

    /** {@return the oldest run, now in flight; null when nothing is queued} */
    @Nullable FrameBuffer poll() {
        FrameBuffer head = buffers.poll();
        if (head != null) {
            inFlight = head;
        }
        return head;
    }

    /** {@return when the oldest message that is not written yet was read, or {@code none}} */
    long oldest(long none) {
        FrameBuffer oldest = inFlight == null ? buffers.peek() : inFlight;
        return oldest == null ? none : oldest.since();
    }

    /** Follows the message whose last frame has just been accepted. */
    void trace(MessageTrace trace) {
        FrameBuffer tail = buffers.peekLast();
        if (tail != null) {
            tail.trace(trace);
        }
    }

    /** Nothing is queued; something may still be in flight. */
    boolean isEmpty() {
        return buffers.isEmpty();
    }

    /** Nothing is queued and nothing in flight. */
    boolean isSettled() {
        return buffers.isEmpty() && inFlight == null;
    }

    void written(FrameBuffer run) {
        lastRun = run.encoded().remaining();
        leave(run);
        pool.release(run);
    }

    void failed(FrameBuffer run) {
        run.traces().forEach(trace -> trace.lost("its receiver is gone"));
        leave(run);
        pool.forget(run);
    }

    /** Puts back what was not taken of a run: it is the oldest again. */
    void returned(FrameBuffer run, int taken) {
        if (taken == run.frames()) {
            written(run);
            return;
        }
        inFlight = null;
        for (int i = 0; i < taken; i++) { // whole messages: a fragment is one frame
            MessageTrace trace = run.traceOf(0);
            if (trace != null) {
                trace.written();
            }
            messages--;
            bytes -= run.dropFirst();
        }
        buffers.addFirst(run);
    }

    private void leave(FrameBuffer run) {
        inFlight = null;
        messages -= run.messages();
        bytes -= run.payloadBytes();
    }

    /** Drops all that is queued, and the rest of a message that is being sent. */
    Remains clear() {
        return discard(false);
    }

    /** Drops the rest of a message whose first part has already left. */
    Remains clearRestOfMessage() {
        return discard(true);
    }

    private Remains discard(boolean onlyRestOfMessage) {
        int count = 0;
        int traced = 0;
        long size = 0;
        boolean more = true;
        FrameBuffer head = buffers.peek();
        while (more && head != null && (!onlyRestOfMessage || head.continues())) {
            buffers.remove();
            count += head.messages();
            size += head.payloadBytes();
            traced += head.traces().size();
            more = !onlyRestOfMessage || head.unfinished();
            pool.release(head);
            head = buffers.peek();
        }
        messages -= count;
        bytes -= size;
        if (more && head == null && midMessage && !droppingRest) {
            droppingRest = true;
            messages--; // it was counted when it began
            count++;
        }
        return new Remains(count, size, traced);
    }

    Depth depth() {
        return new Depth(messages, bytes, highWaterMessages, highWaterBytes, dropped);
    }
}
