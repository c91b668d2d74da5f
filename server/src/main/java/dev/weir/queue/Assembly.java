package dev.weir.queue;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the fragments of a small message are put together, so that it leaves as one frame. Takes
 * its memory from the pool, so that many half messages cannot exhaust the process. Not thread-safe:
 * it belongs to the event thread of a session.
 */
public final class Assembly {

    private final BufferPool pool;
    private @Nullable FrameBuffer memory;
    private int length;

    /** An empty assembly; it holds no memory until something is added. */
    public Assembly(BufferPool pool) {
        this.pool = pool;
    }

    /** {@return bytes that it holds} */
    public int length() {
        return length;
    }

    /** {@return whether the bytes were added; false when no memory is left, then none was} */
    public boolean add(ByteBuffer bytes) {
        int more = bytes.remaining();
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

    /** {@return what was added, as a view that is valid until {@link #clear}} */
    public ByteBuffer content() {
        return memory == null ? ByteBuffer.allocate(0) : memory.raw().slice(0, length);
    }

    /** Gives the memory back. */
    public void clear() {
        if (memory != null) {
            pool.release(memory);
            memory = null;
        }
        length = 0;
    }
}
