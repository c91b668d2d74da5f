package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection to a broker, made when it is first asked for and made again whenever it ends, so
 * that clients that only listen are served again too. A single thread dials, however many ask: an
 * interrupt of one who waits for the connection costs the others nothing. Thread-safe.
 *
 * @param <C> the connection
 */
final class Reconnecting<C extends Reconnecting.Life> implements AutoCloseable {

    /** A connection from its begin to its end, which may come at any time. */
    interface Life extends AutoCloseable {

        /** {@return why it has ended; null while it lives} */
        @Nullable String end();

        /** Ends it; waits for that only for seconds. */
        @Override
        void close();
    }

    /** Makes connections. */
    interface Dialer<C> {

        /** {@return a live connection} Keeps its own deadline; an interrupt ends it. */
        C dial() throws LinkException, InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Reconnecting.class);

    /** Between two attempts there is at least this, however many ask for one. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

    /** When nobody asks. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final String name;
    private final Dialer<C> dialer;
    private final Random random = new Random();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread keeper;
    private @Nullable C current;
    private @Nullable LinkException failure;
    private long attempts;
    private boolean wanted;
    private boolean closed;

    /**
     * Does nothing yet.
     *
     * @param name of the connector, for messages
     */
    Reconnecting(String name, Dialer<C> dialer) {
        this.name = name;
        this.dialer = dialer;
    }

    /**
     * {@return the connection} Waits for an attempt to make one when there is none.
     *
     * @throws LinkException when that attempt fails, or takes longer than this
     */
    C get(Duration atMost) throws LinkException, InterruptedException {
        lock.lockInterruptibly();
        try {
            start();
            wanted = true;
            changed.signalAll();
            long seen = attempts;
            long left = atMost.toNanos();
            while (!isAlive() && attempts == seen && !closed) {
                if (left <= 0) {
                    throw new LinkException(Kind.UNREACHABLE,
                            name + ": no connection within " + atMost.toMillis() + " ms", failure);
                }
                left = changed.awaitNanos(left);
            }
            ensureOpen();
            C connection = current;
            if (connection != null && isAlive()) {
                return connection;
            }
            LinkException why = failure;
            throw why != null
                    ? new LinkException(why.kind(), String.valueOf(why.getMessage()), why)
                    : new LinkException(Kind.UNREACHABLE, name + ": the connection is lost again");
        } finally {
            lock.unlock();
        }
    }

    /** {@return the connection if there is one} */
    @Nullable C current() {
        lock.lock();
        try {
            return isAlive() ? current : null;
        } finally {
            lock.unlock();
        }
    }

    /** Looks whether the connection has ended: then the next one is made soon. */
    void look() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the connection, and that others are made. */
    @Override
    public void close() {
        C last;
        lock.lock();
        try {
            closed = true;
            last = current;
            current = null;
            changed.signalAll();
            if (keeper != null) {
                keeper.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
        }
    }

    private boolean isAlive() {
        return current != null && current.end() == null;
    }

    private void ensureOpen() throws LinkException {
        if (closed) {
            throw new LinkException(Kind.CLOSED, name + ": the connector is closed");
        }
    }

    private void start() throws LinkException {
        ensureOpen();
        if (keeper == null) {
            keeper = Thread.ofVirtual().name(name + "-connection").start(this::keep);
        }
    }

    private void keep() {
        try {
            Duration pause = SHORTEST_PAUSE;
            while (true) {
                boolean connected = attempt();
                if (connected) {
                    awaitLoss();
                    pause = SHORTEST_PAUSE;
                }
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                        ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("connector", name).log("no longer connecting");
        }
    }

    private boolean attempt() throws InterruptedException {
        C made = null;
        LinkException why = null;
        try {
            made = dialer.dial();
        } catch (LinkException e) {
            why = e;
        } catch (RuntimeException e) {
            why = new LinkException(Kind.UNREACHABLE, name + ": " + e, e);
        }
        if (made != null && !isCurrent(made)) {
            made.close();
            throw new InterruptedException("closed meanwhile");
        }
        if (why != null) {
            failed(why);
        }
        return made != null;
    }

    private boolean isCurrent(C made) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            LOG.atInfo().addKeyValue("connector", name).log("connected");
            current = made;
            failure = null;
            wanted = false;
            attempts++;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void failed(LinkException why) {
        lock.lock();
        try {
            boolean news = failure == null
                    || !String.valueOf(failure.getMessage()).equals(why.getMessage());
            LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                    .addKeyValue("connector", name).addKeyValue("cause", why.getMessage())
                    .log("cannot connect");
            failure = why;
            wanted = false;
            attempts++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitLoss() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (isAlive()) {
                changed.await();
            }
            if (current != null) {
                failure = new LinkException(Kind.UNREACHABLE, name + ": " + current.end());
                current = null;
                LOG.atWarn().addKeyValue("connector", name)
                        .addKeyValue("cause", failure.getMessage()).log("connection lost");
            }
        } finally {
            lock.unlock();
        }
    }

    /** The shortest pause in any case, the rest of it, with jitter, only while nobody asks. */
    private void pause(Duration most) throws InterruptedException {
        Thread.sleep(SHORTEST_PAUSE);
        long left = random.nextLong(most.toNanos() / 2, most.toNanos() + 1)
                - SHORTEST_PAUSE.toNanos();
        lock.lockInterruptibly();
        try {
            while (!wanted && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
