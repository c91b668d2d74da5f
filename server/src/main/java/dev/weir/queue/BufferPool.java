package dev.weir.queue;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all outboxes of the process share, and its bound: buffers that are in use and
 * those kept for reuse together never exceed the budget, so that no number of slow readers can
 * exhaust the process.
 *
 * <p>Three sizes, so that a session with a few small messages does not hold 64 KiB. Buffers are
 * direct: the kernel reads them in place. Thread-safe and never blocks.
 */
public final class BufferPool {

    private static final int[] SIZES = {
        4 * 1024, 16 * 1024, FrameBuffer.PAYLOAD_MAX + FrameBuffer.HEADER_MAX
    };

    private volatile long budget;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();
    private final Shelf[] shelves = new Shelf[SIZES.length];

    private final AtomicBoolean refused = new AtomicBoolean();

    /** Free buffers of one size. */
    private record Shelf(int size, ConcurrentLinkedQueue<FrameBuffer> free) {}

    /**
     * A pool of at most {@code budget} bytes.
     *
     * @param budget bytes, at least one of the largest buffers
     */
    public BufferPool(long budget) {
        this.budget = checked(budget);
        for (int i = 0; i < SIZES.length; i++) {
            shelves[i] = new Shelf(SIZES[i], new ConcurrentLinkedQueue<>());
        }
    }

    private static long checked(long budget) {
        if (budget < SIZES[SIZES.length - 1]) {
            throw new IllegalArgumentException("a budget of " + budget + " bytes holds no buffer");
        }
        return budget;
    }

    /** Changes the bound; when more is in use, nothing is given out until enough came back. */
    public void budget(long changed) {
        budget = checked(changed);
    }

    /** {@return the bound, in bytes} */
    public long budget() {
        return budget;
    }

    /** {@return bytes in buffers that hold messages} */
    public long used() {
        return used.get();
    }

    /** {@return whether less than a tenth of the budget is left: time to refuse newcomers} */
    public boolean nearlyExhausted() {
        long limit = budget;
        return used.get() > limit - limit / 10;
    }

    /** {@return whether a buffer was refused since this was asked last} */
    public boolean refusedSinceLastAsked() {
        return refused.getAndSet(false);
    }

    /**
     * {@return an empty buffer of at least {@code bytes}, or null when the budget is spent}
     *
     * @param bytes at most that of a frame with the largest payload
     */
    @Nullable FrameBuffer tryAcquire(int bytes) {
        for (Shelf shelf : shelves) {
            if (shelf.size >= bytes) {
                FrameBuffer buffer = take(shelf);
                if (buffer == null) {
                    refused.set(true);
                }
                return buffer;
            }
        }
        throw new IllegalArgumentException(bytes + " bytes exceed the largest buffer");
    }

    private @Nullable FrameBuffer take(Shelf shelf) {
        FrameBuffer free = shelf.free.poll();
        if (free != null) {
            used.addAndGet(shelf.size);
            kept.addAndGet(-shelf.size);
            return free;
        }
        while (!reserve(shelf.size)) {
            if (!scrapOneKept()) {
                return null;
            }
        }
        return new FrameBuffer(ByteBuffer.allocateDirect(shelf.size));
    }

    private boolean reserve(int size) {
        long now = used.addAndGet(size);
        if (now + kept.get() <= budget) {
            return true;
        }
        used.addAndGet(-size);
        return false;
    }

    /** Gives up a buffer that is kept for reuse in some other size. */
    private boolean scrapOneKept() {
        for (int i = shelves.length - 1; i >= 0; i--) {
            if (shelves[i].free.poll() != null) {
                kept.addAndGet(-shelves[i].size);
                return true;
            }
        }
        return false;
    }

    /**
     * Counts memory outside of the buffers that holds messages, such as one that is put together
     * for a service.
     *
     * @return false when the budget is spent; nothing was counted then
     */
    public boolean tryReserve(int bytes) {
        while (!reserve(bytes)) {
            if (!scrapOneKept()) {
                refused.set(true);
                return false;
            }
        }
        return true;
    }

    /** Gives back what {@link #tryReserve} counted. */
    public void unreserve(int bytes) {
        used.addAndGet(-bytes);
    }

    /** Takes back a buffer that nobody reads any more. */
    void release(FrameBuffer buffer) {
        buffer.clear();
        for (Shelf shelf : shelves) {
            if (shelf.size == buffer.capacity()) {
                kept.addAndGet(shelf.size);
                used.addAndGet(-shelf.size);
                shelf.free.add(buffer);
            }
        }
    }

    /** Counts a buffer as gone that may still be read by a write that was given up. */
    void forget(FrameBuffer buffer) {
        used.addAndGet(-buffer.capacity());
    }
}
