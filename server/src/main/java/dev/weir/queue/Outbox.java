package dev.weir.queue;

import dev.weir.config.QueueConfig;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The only queue of a direction: what one session has sent and its peer has not taken yet. Bounded
 * in messages and in bytes, both of which count a message until it is <em>written</em>, so that
 * nothing hides behind the queue.
 *
 * <p>It belongs to its sender, not to the pair: a client that waits for a worker fills it, and the
 * worker that comes empties it.
 *
 * <p>One sender puts (whoever reads the session's socket) and one consumer takes (the pump of the
 * direction). The sender calls the consumer with {@link #flush} when it has put all that it has;
 * the consumer leaves when it has taken all. So nobody ever waits for a message, and an idle
 * direction costs no thread.
 *
 * <p>{@link #lock} guards every field; it is never held while waiting for a socket.
 */
public final class Outbox {

    /** What became of a frame that was put. */
    public enum Put {
        /** It is in the queue. */
        QUEUED,
        /** The queue was full, and by its policy this message is dropped, its later parts too. */
        DROPPED,
        /** The queue was full, and by its policy the side that does not take is to be closed. */
        FULL,
        /** The queue stayed full for the whole stall deadline. */
        STALLED,
        /** Nobody will take it any more: the pair or the session has ended. */
        CLOSED
    }

    /** How long a sender waits before it asks again whether other sessions gave memory back. */
    private static final long MEMORY_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final long stallNanos;
    private final LongSupplier nanoClock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition settled = lock.newCondition();

    private final Backlog backlog;

    /** Calls the consumer; null while nobody is there to take. */
    private @Nullable Runnable consumer;

    /** The consumer was called and has not left yet. */
    private boolean consuming;

    private boolean finished;

    /** Everything was discarded and no consumer has come since: what is put now is for nobody. */
    private boolean unheard;

    /** Changes whenever what was put before is not for those who take from now on. */
    private int audience;

    /** Whom the message is for that is being put. */
    private int addressee;

    /** The message that is put next began earlier, see {@link #begin}. */
    private boolean begun;

    /** When what is put next was read; the sender only. */
    private long readAt;

    /** The message that is being put, if it is one of the few that are traced. */
    private @Nullable MessageTrace traced;

    private long blockedNanos;
    private volatile long blockedSince;

    /**
     * An empty outbox.
     *
     * @param limits its bounds and what happens at them
     * @param pool the memory it shares with all others
     * @param nanoClock for deadlines, nanoseconds of any origin
     */
    public Outbox(QueueConfig limits, BufferPool pool, LongSupplier nanoClock) {
        this.stallNanos = limits.stall().toNanos();
        this.backlog = new Backlog(limits, pool);
        this.nanoClock = nanoClock;
    }

    /**
     * A message begins whose first part is put later: until then it is put together elsewhere. It
     * is for whoever would take it now; should everything be discarded meanwhile, it is dropped.
     */
    public void begin() {
        lock.lock();
        try {
            addressee = audience;
            begun = true;
        } finally {
            lock.unlock();
        }
    }

    /** What is put next was read from the socket at this time; the sender only. */
    public void readAt(long nanos) {
        readAt = nanos;
    }

    /** The message that is put next, or is about to be put in parts, is traced. */
    public void trace(MessageTrace trace) {
        lock.lock();
        try {
            untrace("never finished");
            traced = trace;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is being put does not get into the queue.
     *
     * @return whether it was traced; its trace has ended then
     */
    public boolean giveUpTrace(String why) {
        lock.lock();
        try {
            boolean was = traced != null;
            untrace(why);
            return was;
        } finally {
            lock.unlock();
        }
    }

    private void untrace(String why) {
        if (traced != null) {
            traced.lost(why);
            traced = null;
        }
    }

    /**
     * Queues one frame; waits while the queue is full, if that is its policy. Only the sender calls
     * this. The payload is copied.
     *
     * @param payload at most {@link FrameBuffer#PAYLOAD_MAX} bytes
     * @throws InterruptedException when the thread is told to give up
     */
    public Put put(int opcode, boolean fin, ByteBuffer payload) throws InterruptedException {
        Put put = tryPut(opcode, fin, payload);
        if (put == null) {
            flush(); // or there would never be room
            put = putWhenThereIsRoom(opcode, fin, payload);
        }
        return put;
    }

    /**
     * As {@link #put}, without a wait.
     *
     * @return null when it would have to wait; nothing has happened then
     */
    public @Nullable Put tryPut(int opcode, boolean fin, ByteBuffer payload) {
        lock.lock();
        try {
            if (opcode != Opcode.CONTINUATION && !begun) {
                addressee = audience;
                begun = true;
            }
            return putNow(opcode, fin, payload);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Put putNow(int opcode, boolean fin, ByteBuffer payload) {
        Put put = finished ? Put.CLOSED : offer(opcode, fin, payload);
        if (put != null) {
            begun = false;
        }
        if (put == Put.QUEUED && fin && traced != null) {
            traced.queued();
            backlog.trace(traced);
            traced = null;
        }
        return put;
    }

    /** Calls the consumer if there is something to take; the sender, when it has put all it has. */
    public void flush() {
        Runnable called = null;
        lock.lock();
        try {
            if (!consuming && consumer != null && !backlog.isEmpty()) {
                consuming = true;
                called = consumer;
            }
        } finally {
            lock.unlock();
        }
        if (called != null) {
            called.run();
        }
    }

    private @Nullable Put offer(int opcode, boolean fin, ByteBuffer payload) {
        boolean heard = !unheard && addressee == audience;
        return heard
                ? backlog.offer(opcode, fin, payload, readAt)
                : backlog.dropUnheard(opcode, fin);
    }

    private Put putWhenThereIsRoom(int opcode, boolean fin, ByteBuffer payload)
            throws InterruptedException {
        lock.lockInterruptibly();
        long since = nanoClock.getAsLong();
        blockedSince = since | 1; // never 0, which stands for "not blocked"
        try {
            Put put = putNow(opcode, fin, payload);
            while (put == null) {
                long left = stallNanos - (nanoClock.getAsLong() - since);
                if (left <= 0) {
                    begun = false;
                    return backlog.refuse(opcode, fin, Put.STALLED);
                }
                // Memory that other sessions give back signals nobody, so ask again soon.
                boolean wantsMemory = backlog.hasRoom(opcode, payload.remaining());
                room.awaitNanos(wantsMemory ? Math.min(left, MEMORY_POLL_NANOS) : left);
                put = putNow(opcode, fin, payload);
            }
            return put;
        } finally {
            blockedNanos += nanoClock.getAsLong() - since;
            blockedSince = 0;
            lock.unlock();
        }
    }

    /**
     * Lets a consumer in.
     *
     * @param newcomer takes all there is; called now if something is queued, and by the sender
     *     whenever there is something again. It must not block: what has to wait goes on elsewhere
     */
    public void attach(Runnable newcomer) {
        lock.lock();
        try {
            if (consumer != null || consuming) {
                throw new IllegalStateException("the last consumer is still there");
            }
            hear();
            consumer = newcomer;
        } finally {
            lock.unlock();
        }
        flush();
    }

    /**
     * A partner is found and its consumer will come: what begins from now on is for it.
     *
     * @return whether what began before was for nobody
     */
    public boolean expectConsumer() {
        lock.lock();
        try {
            boolean was = unheard;
            hear();
            return was;
        } finally {
            lock.unlock();
        }
    }

    private void hear() {
        if (unheard) {
            unheard = false;
            audience++; // what began in between was for nobody
        }
    }

    /**
     * Takes the oldest run of frames; never waits. Only the consumer calls this; it must give the
     * run back with {@link #release}, {@link #forget} or {@link #giveBack}.
     *
     * @return null when the consumer is to leave; it is called again when there is work
     */
    public @Nullable FrameBuffer take() {
        lock.lock();
        try {
            FrameBuffer head = consumer == null ? null : backlog.poll();
            if (head == null) {
                consuming = false;
                settled.signalAll();
            }
            return head;
        } finally {
            lock.unlock();
        }
    }

    /** Takes back a run that has been written, and makes room for the sender. */
    public void release(FrameBuffer run) {
        lock.lock();
        try {
            backlog.written(run);
            room.signal();
            if (backlog.isEmpty()) {
                settled.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives up a run whose write failed. Its memory is not used again, for the socket may still
     * read it. The consumer leaves for good.
     */
    public void forget(FrameBuffer run) {
        lock.lock();
        try {
            consumer = null;
            consuming = false;
            room.signal();
            settled.signalAll();
            backlog.failed(run);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts back a run of which only the first frames were taken; the rest is for the next consumer.
     * This one leaves for good.
     *
     * @param taken how many frames were taken, whatever became of them
     * @return what is dropped instead: all the rest, when everything was discarded meanwhile
     */
    public Remains giveBack(FrameBuffer run, int taken) {
        lock.lock();
        try {
            consumer = null;
            consuming = false;
            backlog.returned(run, taken);
            room.signal();
            settled.signalAll();
            return unheard ? backlog.clear() : new Remains(0, 0);
        } finally {
            lock.unlock();
        }
    }

    /** The sender has ended: nothing more is accepted, what is queued can still be taken. */
    public void finish() {
        lock.lock();
        try {
            finished = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all that was queued is written.
     *
     * @return false when the time was over or the consumer gave up first
     */
    public boolean awaitDrained(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!backlog.isSettled()) {
                if (left <= 0 || consumer == null) {
                    return false;
                }
                left = settled.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends the consumer away, and waits until it has written what it holds.
     *
     * @return false when it is still writing after that time
     */
    public boolean detach(long nanos) throws InterruptedException {
        lock.lock();
        try {
            consumer = null;
            long left = nanos;
            while (consuming) {
                if (left <= 0) {
                    return false;
                }
                left = settled.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops what nobody will take: all that is queued, the rest of a message begun, the message of
     * a sender that waits for room, and whatever else begins before the next consumer comes.
     */
    public Remains discard() {
        lock.lock();
        try {
            audience++;
            unheard = true;
            room.signalAll();
            settled.signalAll();
            return backlog.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops what is left of a message whose first part went to a peer that is gone, so that the
     * next peer sees whole messages only.
     *
     * @return what was dropped of it
     */
    public Remains discardRestOfMessage() {
        lock.lock();
        try {
            room.signalAll();
            return backlog.clearRestOfMessage();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether a frame that begins a message would be queued now, without a wait} */
    public boolean hasRoom(int opcode, int length) {
        lock.lock();
        try {
            return backlog.hasRoom(opcode, length);
        } finally {
            lock.unlock();
        }
    }

    /** {@return how full it is} */
    public Depth depth() {
        lock.lock();
        try {
            return backlog.depth();
        } finally {
            lock.unlock();
        }
    }

    /** {@return how long its oldest message has not been written, in nanoseconds; 0 if none is} */
    public long oldestNanos() {
        long now = nanoClock.getAsLong();
        lock.lock();
        try {
            return Math.max(0, now - backlog.oldest(now));
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether nothing is queued and nothing is being written} */
    public boolean isSettled() {
        lock.lock();
        try {
            return backlog.isSettled();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the sender waits for room right now, so that its socket is not read} */
    public boolean blocking() {
        return blockedSince != 0;
    }

    /** {@return how long the sender has waited for room so far, in nanoseconds} */
    public long blockedNanos() {
        lock.lock();
        try {
            long since = blockedSince;
            return blockedNanos + (since == 0 ? 0 : nanoClock.getAsLong() - since);
        } finally {
            lock.unlock();
        }
    }
}
