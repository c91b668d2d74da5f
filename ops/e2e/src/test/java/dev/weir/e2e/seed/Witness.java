package dev.weir.e2e.seed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A well-behaved peer that reads until its connection ends and remembers how it did. It may be told
 * to send all the while. One virtual thread each for reading and sending.
 */
final class Witness implements AutoCloseable {
    private final WsPeer peer;
    private final long start = System.nanoTime();
    private final Thread reader;
    private volatile String end = Offence.STILL_OPEN;
    private volatile long endedAfterNanos;

    Witness(WsPeer peer) {
        this.peer = peer;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** Sends so many messages a second, or as many as the relay takes, until the end. */
    void keepSending(int messageBytes, int perSecond) {
        byte[] message = new byte[messageBytes];
        Thread.ofVirtual().start(() -> send(message, 1_000_000_000L / perSecond));
    }

    /** Waits for the end: a close code, {@code no close frame} or {@code still open}. */
    String await(Duration patience) throws InterruptedException {
        reader.join(patience);
        return end;
    }

    /** How long the connection lived, in seconds from when it was first watched. */
    double seconds() {
        return endedAfterNanos / 1e9;
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }

    private void read() {
        String seen;
        try {
            seen = Integer.toString(peer.awaitClose());
        } catch (IOException e) {
            seen = Offence.NO_CLOSE_FRAME; // a FIN or a reset
        }
        endedAfterNanos = System.nanoTime() - start;
        end = seen;
        try {
            peer.close(); // also ends a send that is held back
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(byte[] message, long nanosPerMessage) {
        long due = System.nanoTime();
        try {
            while (reader.isAlive()) {
                peer.send(WsPeer.BINARY, message);
                due = Math.max(due + nanosPerMessage, System.nanoTime() - 100 * nanosPerMessage);
                LockSupport.parkNanos(due - System.nanoTime());
            }
        } catch (IOException e) {
            // The reader tells how the connection ended.
            return;
        }
    }
}
