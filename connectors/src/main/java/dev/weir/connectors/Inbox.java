package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What came from a service over one link and waits to be taken: bounded in bytes. What came before
 * the end is taken before the end is told, unless we closed the link. Thread-safe; one thread takes.
 */
final class Inbox {

    /** What a message costs beside its payload, so that empty ones are bounded too. */
    static final int OVERHEAD = 64;

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Message> messages = new ArrayDeque<>();
    private long bytes;
    private @Nullable Goodbye goodbye;
    private @Nullable LinkException failure;
    private boolean told;
    private volatile boolean full;

    /**
     * An empty one.
     *
     * @param limit bytes; the message that exceeds it is still taken, the next one is not
     */
    Inbox(long limit) {
        this.limit = limit;
    }

    /**
     * Puts a message in, and waits while there is no room: until one is taken or the link ends.
     *
     * @return false when the link has ended, and the message was dropped
     */
    boolean put(Message message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (bytes >= limit && !ended()) {
                full = true;
                changed.await();
            }
            full = false;
            return add(message);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a message in, and waits at most so long while there is no room.
     *
     * @return false when the link has ended, or there was no room in time; the message was dropped
     */
    boolean put(Message message, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (bytes >= limit && !ended() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return bytes < limit && add(message);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the message was put in: there was room, and the link has not ended} */
    boolean offer(Message message) {
        lock.lock();
        try {
            return bytes < limit && add(message);
        } finally {
            lock.unlock();
        }
    }

    private boolean add(Message message) {
        if (ended()) {
            return false;
        }
        messages.add(message);
        bytes += message.length() + OVERHEAD;
        changed.signalAll();
        return true;
    }

    private boolean ended() {
        return goodbye != null || failure != null;
    }

    /** {@return whether somebody waits in {@link #put}} */
    boolean isFull() {
        return full;
    }

    /** Waits for the next message, or for the end; the end stays. */
    Incoming take() throws LinkException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (messages.isEmpty() && !ended()) {
                changed.await();
            }
            @Nullable Message message = messages.poll();
            if (message != null) {
                bytes -= message.length() + OVERHEAD;
                changed.signalAll();
                return message;
            }
            failIfFailed();
            told = true;
            changed.signalAll();
            return goodbye == null ? Goodbye.NORMAL : goodbye;
        } finally {
            lock.unlock();
        }
    }

    /** The service said good-bye. Only the first end counts. */
    void end(Goodbye how) {
        lock.lock();
        try {
            if (!ended()) {
                goodbye = how;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The link broke. Only the first end counts. */
    void fail(LinkException why) {
        lock.lock();
        try {
            if (!ended()) {
                failure = why;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** We closed the link: from now on there is nothing to take, whatever came before. */
    void close(String connector) {
        lock.lock();
        try {
            failure = new LinkException(Kind.CLOSED, connector + ": the link is closed");
            messages.clear();
            bytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * For a message on its way to the service: fails when the link has ended, because nothing
     * arrives any more.
     */
    void failIfEnded(String connector) throws LinkException {
        lock.lock();
        try {
            if (failure != null && !failure.isFailureOfService()) {
                failIfFailed();
            }
            if (failure != null) {
                throw again(Kind.UNREACHABLE, failure);
            }
            if (goodbye != null) {
                throw new LinkException(Kind.REJECTED,
                        connector + ": the service has said good-bye with " + goodbye.code());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return whether a side closed the link in good order} If the service did, this waits until
     * its good-bye has been taken: how it ended is to be known before what it did not get.
     *
     * @param nanos how long at most
     */
    boolean closedInOrder(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (goodbye != null && !told && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return goodbye != null || (failure != null && failure.kind() == Kind.CLOSED);
        } finally {
            lock.unlock();
        }
    }

    private void failIfFailed() throws LinkException {
        if (failure != null) {
            throw again(failure.kind(), failure);
        }
    }

    /** A new one each time, for it tells where it was thrown. */
    private static LinkException again(Kind kind, LinkException failure) {
        return new LinkException(kind, String.valueOf(failure.getMessage()), failure);
    }
}
