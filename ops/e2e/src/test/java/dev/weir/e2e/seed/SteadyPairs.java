package dev.weir.e2e.seed;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The well-behaved pairs: each sends both ways at a steady rate, all together evenly spread in
 * time, answers pings and checks every message. The load is open loop: a message is due at a time
 * that no earlier message can put off, and its latency counts from then (no coordinated omission).
 *
 * <p>One platform thread sends for all, one virtual thread per connection receives.
 */
public final class SteadyPairs implements AutoCloseable {
    private final List<WsPeer> peers = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();
    private final Map<Integer, String> broken = new ConcurrentHashMap<>();
    private final long nanosPerMessage;
    private final Thread metronome = Thread.ofPlatform().name("metronome").unstarted(this::send);
    private volatile Recording recording = new Recording();
    private volatile boolean stopping;

    private SteadyPairs(int messagesPerSecond) {
        this.nanosPerMessage = 1_000_000_000L / messagesPerSecond;
    }

    /**
     * What all pairs together sent and got, and what was wrong with it.
     *
     * @param broken for each pair that was ended before its time, how it ended
     */
    public record Totals(long sent, long received, long misplaced, long damaged, List<String> broken) {
        public long lost() {
            return sent - received;
        }

        Totals plus(Totals other) {
            List<String> all = new ArrayList<>(broken);
            all.addAll(other.broken);
            return new Totals(
                    sent + other.sent,
                    received + other.received,
                    misplaced + other.misplaced,
                    damaged + other.damaged,
                    all);
        }
    }

    /** Connects the pairs, workers first, and begins to send at this total rate. */
    public static SteadyPairs start(
            Endpoints relay, String keys, int pairs, int messagesPerSecond, int messageBytes)
            throws IOException {
        SteadyPairs steady = new SteadyPairs(messagesPerSecond);
        try {
            for (int i = 0; i < pairs; i++) {
                WsPeer worker = steady.add(WsPeer.connect(relay.worker(keys + i)));
                WsPeer client = steady.add(WsPeer.connect(relay.client(keys + i)));
                steady.flow(client, worker, messageBytes);
                steady.flow(worker, client, messageBytes);
            }
        } catch (IOException e) {
            steady.close();
            throw e;
        }
        steady.metronome.start();
        return steady;
    }

    /** Begins a recording of what is due from now on; what was due before goes where it did. */
    public Recording record() {
        Recording next = new Recording(recording);
        recording = next;
        return next;
    }

    /** Stops sending and waits, at most so long, until everything that was sent has arrived. */
    public Totals finish(Duration deadline) throws InterruptedException {
        stopping = true;
        metronome.join();
        long end = System.nanoTime() + deadline.toNanos();
        while (totals().lost() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(10_000_000);
        }
        Totals totals = totals();
        close();
        return totals;
    }

    Totals totals() {
        return new Totals(
                flows.stream().mapToLong(Flow::sent).sum(),
                flows.stream().mapToLong(Flow::received).sum(),
                flows.stream().mapToLong(Flow::misplaced).sum(),
                flows.stream().mapToLong(Flow::damaged).sum(),
                List.copyOf(broken.values()));
    }

    @Override
    public void close() {
        stopping = true;
        for (WsPeer peer : peers) {
            try {
                peer.close();
            } catch (IOException e) {
                broken.put(-1, "close: " + e);
            }
        }
    }

    private WsPeer add(WsPeer peer) {
        peers.add(peer);
        return peer;
    }

    private void flow(WsPeer from, WsPeer to, int messageBytes) {
        int index = flows.size();
        flows.add(new Flow(index, from, messageBytes));
        Thread.ofVirtual().start(() -> receive(index, to));
    }

    private void send() {
        long due = System.nanoTime();
        for (int i = 0; !stopping; i = (i + 1) % flows.size()) {
            due += nanosPerMessage;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            if (!broken.containsKey(pairOf(i))) {
                recording.sentLate(System.nanoTime() - due);
                send(i, due);
            }
        }
    }

    private void send(int flow, long due) {
        try {
            flows.get(flow).send(due);
        } catch (IOException e) {
            breakOff(flow, e);
        }
    }

    private void receive(int index, WsPeer peer) {
        Flow flow = flows.get(index);
        try {
            while (!stopping || flow.received() < flow.sent()) {
                WsPeer.Frame frame = peer.receive();
                if (frame.opcode() == WsPeer.CLOSE) {
                    throw new IOException("closed with " + frame.closeCode());
                }
                long due = flow.receive(frame);
                recording.arrived(due, System.nanoTime());
            }
        } catch (IOException e) {
            breakOff(index, e);
        }
    }

    private void breakOff(int flow, IOException e) {
        if (!stopping) {
            broken.putIfAbsent(pairOf(flow), "pair " + pairOf(flow) + ": " + e.getMessage());
        }
    }

    private static int pairOf(int flow) {
        return flow / 2;
    }
}
