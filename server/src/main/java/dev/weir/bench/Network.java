package dev.weir.bench;

import dev.weir.bench.Handshake.RefusedException;
import dev.weir.bench.Violations.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.HdrHistogram.Histogram;

/**
 * All sockets of a run, one selector, one thread. Reads and writes go through one buffer each, so
 * that an idle connection holds none. Nothing in here waits but {@link #poll}.
 */
final class Network implements AutoCloseable {

    private static final int BUFFER = 256 << 10;
    private static final long MILLI = 1_000_000;

    private final Target target;
    private final Messages messages;
    private final Violations violations;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Events events;
    private final Stamp stamp = new Stamp();
    private final Selector selector;
    private final InetSocketAddress clients;
    private final InetSocketAddress workers;
    private final Histogram handshakes = Times.histogram();

    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] read = new byte[BUFFER];
    private final byte[] built;
    private final ByteBuffer out;
    private int handshaking;
    private int open;
    private long backlog;

    /**
     * @param largest size of the largest message that is sent
     * @throws IOException if the target cannot be resolved
     */
    Network(Target target, Messages messages, int largest, Violations violations,
            LongSupplier nanoClock, RandomGenerator random, Events events) throws IOException {
        this.target = target;
        this.messages = messages;
        this.violations = violations;
        this.nanoClock = nanoClock;
        this.random = random;
        this.events = events;
        clients = resolve(target.client());
        workers = resolve(target.worker());
        built = new byte[Math.max(BUFFER, Frames.length(largest))];
        out = ByteBuffer.allocateDirect(built.length);
        selector = Selector.open();
    }

    private static InetSocketAddress resolve(Endpoint endpoint) throws IOException {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new IOException("unknown host " + endpoint.host());
        }
        return address;
    }

    /** {@return how many handshakes have begun and not ended} */
    int handshaking() {
        return handshaking;
    }

    /** {@return how many connections are open} */
    int open() {
        return open;
    }

    /** {@return the bytes that no socket has taken yet} */
    long backlog() {
        return backlog;
    }

    /** {@return how long handshakes took, from the SYN to the answer, in nanoseconds} */
    Histogram handshakes() {
        return handshakes;
    }

    /** Begins a connection; not in the middle of a poll. */
    void dial(Peer peer) throws IOException {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        Handshake handshake = new Handshake(target.of(peer.side()),
                target.keyPrefix() + peer.pair(), nonce, nanoClock.getAsLong());
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (peer.kernelBuffer() > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, peer.kernelBuffer());
            channel.setOption(StandardSocketOptions.SO_SNDBUF, peer.kernelBuffer());
        }
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, peer);
        peer.connecting(channel, key, handshake);
        handshaking++;
        try {
            if (channel.connect(peer.side() == Side.CLIENT ? clients : workers)) {
                connected(peer);
            }
        } catch (IOException e) {
            lost(peer, reason(e));
        }
    }

    /**
     * Handles what the sockets have, waiting for it at most so long. The selector knows
     * milliseconds only: what is shorter is not waited for, so that a schedule is kept at the price
     * of a core. To yield would be worse: on a busy machine it costs a whole turn of the scheduler.
     */
    void poll(long nanos) throws IOException {
        if (nanos >= MILLI) {
            selector.select(this::ready, nanos / MILLI);
        } else if (selector.selectNow(this::ready) == 0) {
            Thread.onSpinWait();
        }
    }

    private void ready(SelectionKey key) {
        Peer peer = (Peer) key.attachment();
        try {
            if (key.isValid() && key.isConnectable() && peer.channel().finishConnect()) {
                connected(peer);
            }
            if (key.isValid() && key.isWritable()) {
                flush(peer);
            }
            if (key.isValid() && key.isReadable()) {
                read(peer);
            }
        } catch (IOException e) {
            lost(peer, reason(e));
        }
    }

    private void connected(Peer peer) throws IOException {
        peer.key().interestOps(SelectionKey.OP_READ);
        peer.upgrading();
        byte[] request = peer.handshake().request();
        write(peer, request, request.length);
    }

    private void read(Peer peer) throws IOException {
        in.clear();
        int length = peer.channel().read(in);
        if (length < 0) {
            lost(peer, "the connection ended"
                    + (peer.closeCode() == 0 ? "" : " after close code " + peer.closeCode()));
            return;
        }
        in.flip().get(read, 0, length);
        if (peer.open()) {
            frames(peer, read, length);
        } else {
            answer(peer, length);
        }
    }

    private void frames(Peer peer, byte[] bytes, int length) {
        if (!peer.receiver().read(bytes, 0, length)) {
            peer.ending();
            drop(peer, true);
        }
    }

    private void answer(Peer peer, int length) {
        try {
            byte[] rest = peer.handshake().read(read, length);
            if (rest == null) {
                return;
            }
            handshaking--;
            open++;
            Times.record(handshakes, nanoClock.getAsLong() - peer.handshake().begun());
            peer.opened(new Receiver(peer, messages, violations, stamp, events));
            frames(peer, rest, rest.length);
        } catch (RefusedException e) {
            lost(peer, String.valueOf(e.getMessage()));
        }
    }

    /** Sends messages that are all due at that time. */
    void send(Peer peer, int count, long due) {
        int left = count;
        int frame = Frames.length(peer.size());
        while (left > 0 && peer.open()) {
            int length = 0;
            while (left > 0 && length + frame <= built.length) {
                length = messages.write(built, length, peer.size(), peer.side(), peer.pair(),
                        peer.nextNumber(), due);
                left--;
            }
            tryWrite(peer, built, length);
        }
    }

    /** Sends a control frame. */
    void sendControl(Peer peer, int opcode, byte[] payload, int length) {
        byte[] frame = new byte[Frames.length(length)];
        byte[] mask = messages.mask();
        int at = Frames.header(frame, 0, opcode, length, mask);
        for (int i = 0; i < length; i++) {
            frame[at + i] = (byte) (payload[i] ^ mask[i & 3]);
        }
        tryWrite(peer, frame, frame.length);
    }

    /** Begins the closing handshake. */
    void close(Peer peer, int code) {
        peer.ending();
        if (peer.open()) {
            sendControl(peer, Frames.CLOSE, new byte[] {(byte) (code >>> 8), (byte) code}, 2);
        }
    }

    private void tryWrite(Peer peer, byte[] bytes, int length) {
        try {
            write(peer, bytes, length);
        } catch (IOException e) {
            lost(peer, reason(e));
        }
    }

    private void write(Peer peer, byte[] bytes, int length) throws IOException {
        int written = 0;
        if (peer.pending() == 0) {
            out.clear().put(bytes, 0, length).flip();
            written = peer.channel().write(out);
            peer.tookBytes(written);
        }
        if (written < length) {
            peer.keep(bytes, written, length);
            backlog += length - written;
            peer.key().interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    private void flush(Peer peer) throws IOException {
        while (peer.pending() > 0) {
            byte[] next = peer.peek(out.capacity());
            out.clear().put(next).flip();
            int written = peer.channel().write(out);
            peer.tookBytes(written);
            peer.remove(written);
            backlog -= written;
            if (written < next.length) {
                return;
            }
        }
        peer.key().interestOpsAnd(~SelectionKey.OP_WRITE);
    }

    /** Stops reading a connection, or goes on with it. */
    void reading(Peer peer, boolean on) {
        if (peer.open()) {
            SelectionKey key = peer.key();
            if (on) {
                key.interestOpsOr(SelectionKey.OP_READ);
            } else {
                key.interestOpsAnd(~SelectionKey.OP_READ);
            }
        }
    }

    /** Ends a connection: with a reset, or with a FIN alone. */
    void drop(Peer peer, boolean reset) {
        if (peer.state() == Peer.State.NEW || peer.state() == Peer.State.CLOSED) {
            return;
        }
        if (peer.open()) {
            open--;
        } else {
            handshaking--;
        }
        backlog -= peer.pending();
        SocketChannel channel = peer.channel();
        peer.closed();
        try (channel) {
            if (reset) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            violations.add(Kind.ENDED_CONNECTIONS, peer + " cannot be closed: " + reason(e));
        }
    }

    private void lost(Peer peer, String why) {
        if (!peer.isEnding()) {
            boolean opened = peer.open();
            violations.add(opened ? Kind.ENDED_CONNECTIONS : Kind.FAILED_HANDSHAKES,
                    (opened ? peer.toString() : "handshake of " + peer) + ": " + why);
        }
        drop(peer, false);
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            drop((Peer) key.attachment(), true);
        }
        selector.close();
    }
}
