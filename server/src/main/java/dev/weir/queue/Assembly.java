package dev.weir.queue;

import dev.weir.queue.Outbox.Put;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the fragments of a small message are put together, so that it leaves as one frame. Takes
 * its memory from the pool, so that many half messages cannot exhaust the process.
 *
 * <p>Whoever reads the socket fills and empties it; whoever finds the socket gone closes it, perhaps
 * while the other still waits for room in the outbox.
 */
public final class Assembly {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final BufferPool pool;
    private @Nullable FrameBuffer memory;
    private int length;
    private boolean closed;

    /** An empty assembly; it holds no memory until something is added. */
    public Assembly(BufferPool pool) {
        this.pool = pool;
    }

    /** {@return bytes that were added} */
    public synchronized int length() {
        return length;
    }

    /** {@return whether the bytes were added; false when no memory is left, then none was} */
    public synchronized boolean add(ByteBuffer bytes) {
        int more = bytes.remaining();
        if (closed || more == 0) {
            return !closed;
        }
        FrameBuffer target = memory;
        if (target == null || target.capacity() < length + more) {
            target = pool.tryAcquire(length + more);
            if (target == null) {
                return false;
            }
            if (memory != null) {
                target.raw().put(0, memory.raw(), 0, length);
                pool.release(memory);
            }
            memory = target;
        }
        target.raw().put(length, bytes, bytes.position(), more);
        length += more;
        return true;
    }

    /**
     * Puts what was added into an outbox, as one frame; it is empty then.
     *
     * @throws InterruptedException when the thread is told to give up
     */
    public Put moveTo(Outbox outbox, int opcode, boolean fin) throws InterruptedException {
        FrameBuffer taken;
        ByteBuffer content;
        synchronized (this) {
            if (closed) {
                return Put.CLOSED;
            }
            taken = memory;
            content = taken == null ? NOTHING : taken.raw().slice(0, length);
            memory = null;
            length = 0;
        }
        try {
            return outbox.put(opcode, fin, content);
        } finally {
            if (taken != null) {
                pool.release(taken);
            }
        }
    }

    /**
     * As {@link #moveTo}, of a message that is complete, without a wait.
     *
     * @return null when the outbox has no room now; nothing has happened then
     */
    public synchronized @Nullable Put tryMoveTo(Outbox outbox, int opcode) {
        if (closed) {
            return Put.CLOSED;
        }
        ByteBuffer content = memory == null ? NOTHING : memory.raw().slice(0, length);
        Put put = outbox.tryPut(opcode, true, content);
        if (put != null) {
            clear();
        }
        return put;
    }

    /** Gives up what was added, and the memory. */
    public synchronized void clear() {
        if (memory != null) {
            pool.release(memory);
            memory = null;
        }
        length = 0;
    }

    /** Gives the memory back for good. The length stays: what was added is no new beginning. */
    public synchronized void close() {
        int before = length;
        clear();
        length = before;
        closed = true;
    }
}
