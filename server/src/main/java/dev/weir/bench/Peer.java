package dev.weir.bench;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One end of a pair: a connection to the relay, and what it has sent and received. One thread. */
final class Peer {

    /** How far the connection is. */
    enum State {
        NEW,
        CONNECTING,
        UPGRADING,
        OPEN,
        CLOSED
    }

    private final Side side;
    private final int pair;
    private final int size;
    private final Sequence arrivals = new Sequence();
    private State state = State.NEW;
    private @Nullable Peer mate;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable Handshake handshake;
    private @Nullable Receiver receiver;

    // What the socket did not take: from `pendingFrom` to `pendingTo`.
    private byte[] pending = {};
    private int pendingFrom;
    private int pendingTo;

    private long sent;
    private int inFlight;
    private boolean queued;
    private boolean ending;
    private int closeCode;
    private long taken;
    private int kernelBuffer;

    /**
     * @param pair its number, which its key contains; no two pairs of a run share one
     * @param size bytes of each message that this pair sends
     */
    Peer(Side side, int pair, int size) {
        this.side = side;
        this.pair = pair;
        this.size = size;
    }

    /** Makes a pair of two. */
    static void join(Peer one, Peer other) {
        one.mate = other;
        other.mate = one;
    }

    Side side() {
        return side;
    }

    int pair() {
        return pair;
    }

    int size() {
        return size;
    }

    Peer mate() {
        if (mate == null) {
            throw new IllegalStateException("not joined");
        }
        return mate;
    }

    Sequence arrivals() {
        return arrivals;
    }

    State state() {
        return state;
    }

    boolean open() {
        return state == State.OPEN;
    }

    /** Its connection is under way. */
    void connecting(SocketChannel channel, SelectionKey key, Handshake handshake) {
        this.channel = channel;
        this.key = key;
        this.handshake = handshake;
        state = State.CONNECTING;
    }

    void upgrading() {
        state = State.UPGRADING;
    }

    void opened(Receiver receiver) {
        this.receiver = receiver;
        handshake = null;
        state = State.OPEN;
    }

    /** The connection is gone, and with it everything that took memory. */
    void closed() {
        state = State.CLOSED;
        handshake = null;
        receiver = null;
        pending = new byte[0];
        pendingFrom = 0;
        pendingTo = 0;
    }

    SocketChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected");
        }
        return channel;
    }

    SelectionKey key() {
        if (key == null) {
            throw new IllegalStateException("not connected");
        }
        return key;
    }

    Handshake handshake() {
        if (handshake == null) {
            throw new IllegalStateException("no handshake");
        }
        return handshake;
    }

    Receiver receiver() {
        if (receiver == null) {
            throw new IllegalStateException("not open");
        }
        return receiver;
    }

    /** {@return the number of the message that is sent now} */
    long nextNumber() {
        return sent++;
    }

    /** {@return how many messages it has sent, or has ready to be sent} */
    long sent() {
        return sent;
    }

    /** {@return how many of its messages have not reached its mate, as the run counts them} */
    int inFlight() {
        return inFlight;
    }

    void inFlight(int count) {
        inFlight = count;
    }

    /** Notes that it waits to be given new messages, and {@return whether that is new} */
    boolean queue() {
        boolean added = !queued;
        queued = true;
        return added;
    }

    void dequeued() {
        queued = false;
    }

    /** Its end is wanted from here on, and no violation. */
    void ending() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    /** {@return the code of the relay's close frame, or 0 if there was none} */
    int closeCode() {
        return closeCode;
    }

    void closeCode(int code) {
        closeCode = code;
    }

    /** {@return the bytes that the kernel has taken so far} */
    long taken() {
        return taken;
    }

    void tookBytes(int count) {
        taken += count;
    }

    /** {@return the size of the socket's buffers, or 0 for the system's} */
    int kernelBuffer() {
        return kernelBuffer;
    }

    void kernelBuffer(int bytes) {
        kernelBuffer = bytes;
    }

    /** {@return the bytes that the socket did not take yet} */
    int pending() {
        return pendingTo - pendingFrom;
    }

    /** Keeps what the socket did not take. */
    void keep(byte[] bytes, int from, int to) {
        int count = to - from;
        if (pendingTo + count > pending.length) {
            int left = pending();
            byte[] larger = left + count > pending.length
                    ? new byte[Math.max(4096, Integer.highestOneBit(left + count) * 2)]
                    : pending;
            System.arraycopy(pending, pendingFrom, larger, 0, left);
            pending = larger;
            pendingFrom = 0;
            pendingTo = left;
        }
        System.arraycopy(bytes, from, pending, pendingTo, count);
        pendingTo += count;
    }

    /** {@return the next pending bytes, at most so many, without removing them} */
    byte[] peek(int most) {
        return Arrays.copyOfRange(pending, pendingFrom, pendingFrom + Math.min(pending(), most));
    }

    /** Removes pending bytes. */
    void remove(int count) {
        pendingFrom += count;
        if (pendingFrom == pendingTo) {
            pendingFrom = 0;
            pendingTo = 0;
        }
    }

    @Override
    public String toString() {
        return (side == Side.CLIENT ? "client " : "worker ") + pair;
    }
}
