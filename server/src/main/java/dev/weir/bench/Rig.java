package dev.weir.bench;

import dev.weir.bench.Violations.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The pairs of a run and their network: connects them, keeps them in order, and waits for what is
 * under way at the end. Belongs to one thread.
 */
final class Rig implements AutoCloseable, Events {

    /** How long one turn of a loop may wait: bounds how late a stop or a progress line can be. */
    static final long TURN = 20_000_000;

    private static final long SECOND = 1_000_000_000;
    private static final int CONNECT_SECONDS = 60;

    private final Load load;
    private final Surroundings surroundings;
    private final Violations violations = new Violations();
    private final Network network;
    private final Arrivals arrivals;
    private long received;
    private long receivedBytes;

    /** What a run does with a message that has come. */
    @FunctionalInterface
    interface Arrivals {
        /** Takes a message that was due at that time. */
        void message(Peer to, long due);
    }

    /**
     * @param largest bytes of the largest message that is sent
     * @throws IOException if the target cannot be resolved
     */
    Rig(Load load, int largest, Surroundings surroundings, Arrivals arrivals) throws IOException {
        this.load = load;
        this.surroundings = surroundings;
        this.arrivals = arrivals;
        Messages messages = new Messages(load.content(), largest,
                surroundings.random().nextInt(Stamp.RUNS), surroundings.random());
        network = new Network(load.target(), messages, largest, violations,
                surroundings.nanoClock(), surroundings.random(), this);
    }

    /** {@return the two ends of a new pair of that number, the client first} */
    static List<Peer> pair(int number, int size) {
        Peer client = new Peer(Side.CLIENT, number, size);
        Peer worker = new Peer(Side.WORKER, number, size);
        Peer.join(client, worker);
        return List.of(client, worker);
    }

    /** {@return the ends of all pairs of the load} */
    List<Peer> peers() {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < load.pairs(); i++) {
            peers.addAll(pair(i, load.size()));
        }
        return peers;
    }

    /** {@return those of the peers that send} */
    List<Peer> senders(List<Peer> peers) {
        return peers.stream().filter(peer -> load.direction().sends(peer.side())).toList();
    }

    Network network() {
        return network;
    }

    Violations violations() {
        return violations;
    }

    /** {@return how many messages have come in all} */
    long received() {
        return received;
    }

    /** {@return how many bytes of payload have come in all} */
    long receivedBytes() {
        return receivedBytes;
    }

    long now() {
        return surroundings.nanoClock().getAsLong();
    }

    /** {@return whether a loop that runs until then has to end} */
    boolean over(long until) {
        return stopped() || now() - until >= 0;
    }

    boolean stopped() {
        return surroundings.stopped().getAsBoolean();
    }

    Sample sample() throws IOException {
        return Sample.take(surroundings);
    }

    void progress(Supplier<String> text) {
        surroundings.progress().tell(now(), text);
    }

    @Override
    public void message(Peer to, long due) {
        received++;
        receivedBytes += to.mate().size();
        arrivals.message(to, due);
    }

    @Override
    public void control(Peer to, int opcode, byte[] payload, int length) {
        if (opcode == Frames.PING) {
            network.sendControl(to, Frames.PONG, payload, length);
        } else if (opcode == Frames.CLOSE) {
            to.closeCode(length < 2 ? Frames.NO_STATUS
                    : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF));
            if (to.isEnding()) {
                network.drop(to, false);
            } else {
                network.sendControl(to, Frames.CLOSE, payload, Math.min(length, 2));
            }
        }
    }

    /**
     * Connects all peers, in the target's order.
     *
     * @throws BenchException if a handshake fails, all take too long, or the run is stopped
     */
    void connect(List<Peer> peers) throws IOException, BenchException {
        List<Peer> clients = peers.stream().filter(p -> p.side() == Side.CLIENT).toList();
        List<Peer> workers = peers.stream().filter(p -> p.side() == Side.WORKER).toList();
        switch (load.target().order()) {
            case WORKER_FIRST -> {
                connectSome(workers);
                connectSome(clients);
            }
            case CLIENT_FIRST -> {
                connectSome(clients);
                connectSome(workers);
            }
            case TOGETHER -> connectSome(peers);
        }
    }

    private void connectSome(List<Peer> peers) throws IOException, BenchException {
        long begun = now();
        double rate = load.connectRate();
        long patience = CONNECT_SECONDS + (rate > 0 ? (long) (peers.size() / rate) : 0);
        int next = 0;
        while (next < peers.size() || network.handshaking() > 0) {
            double seconds = (now() - begun) / (double) SECOND;
            long allowed = rate > 0 ? (long) (seconds * rate) + 1 : peers.size();
            while (next < Math.min(allowed, peers.size())
                    && network.handshaking() < load.handshakes()) {
                network.dial(peers.get(next++));
            }
            network.poll(rate > 0 ? TURN / 10 : TURN);
            progress(() -> "connected " + network.open());
            if (violations.count(Kind.FAILED_HANDSHAKES) > 0) {
                throw new BenchException(violations.first());
            }
            if (stopped()) {
                throw new BenchException("stopped before anything was measured");
            }
            if (seconds > patience) {
                throw new BenchException(network.handshaking() + " handshakes did not end");
            }
        }
    }

    /** Handles what comes for so long, or until the run is stopped. */
    void idle(Duration duration) throws IOException {
        long until = now() + duration.toNanos();
        while (!over(until)) {
            network.poll(Math.min(TURN, until - now()));
        }
    }

    /** Waits for all messages that are under way; what does not come is lost. */
    void drain(List<Peer> peers) throws IOException {
        long until = now() + load.drain().toNanos();
        while (missing(peers) > 0 && now() - until < 0) {
            network.poll(TURN);
            progress(() -> "waiting for " + missing(peers) + " messages");
        }
        long missing = missing(peers);
        violations.add(Kind.LOST, missing, missing + " messages never came");
    }

    /** {@return how many messages have been sent and not come} */
    static long missing(List<Peer> peers) {
        long missing = 0;
        for (Peer peer : peers) {
            missing += peer.sent() - peer.mate().arrivals().distinct();
        }
        return missing;
    }

    @Override
    public void close() throws IOException {
        network.close();
    }
}
