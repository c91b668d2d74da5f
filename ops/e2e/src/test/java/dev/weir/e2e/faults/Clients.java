package dev.weir.e2e.faults;

import static java.util.Objects.requireNonNull;

import dev.weir.e2e.seed.WsPeer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Real clients of one route: each sends messages of its own at a steady rate, expects each of them
 * back, and connects again when it is closed. Every message ends in one of three ways, of which one
 * must not be: it is answered, its client is told that it failed, or it is lost.
 *
 * <p>Two virtual threads for each client: one sends, one receives.
 */
final class Clients implements AutoCloseable {

    private static final long RECONNECT_NANOS = 200_000_000;

    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Fate> fates = new ConcurrentHashMap<>();
    private final Map<String, Integer> seen = new ConcurrentHashMap<>();
    private final AtomicLong firstAnswerSince = new AtomicLong(Long.MAX_VALUE);
    private final long nanosBetween;
    private volatile long watchedSince = Long.MAX_VALUE;
    private volatile boolean stopped;

    /** What became of a message. */
    private static final class Fate {
        final long sentAt = System.nanoTime();
        final AtomicInteger answers = new AtomicInteger();
        volatile boolean reported;

        boolean isLost() {
            return answers.get() == 0 && !reported;
        }
    }

    /** What one connection was given to send, until the relay closed it. */
    private final class Sent {
        private final List<String> ids = new ArrayList<>();
        private boolean closed;

        /** {@return false when the connection is closed, and it is not to be sent} */
        synchronized boolean add(String id) {
            if (!closed) {
                fates.put(id, new Fate());
                ids.add(id);
            }
            return !closed;
        }

        /** The relay said that nothing more comes: what was not answered has failed. */
        synchronized void reported() {
            closed = true;
            ids.forEach(id -> requireNonNull(fates.get(id)).reported = true);
        }
    }

    private Clients(long nanosBetween) {
        this.nanosBetween = nanosBetween;
    }

    /** Starts so many clients of that path, {@code {key}} in it being filled. */
    static Clients start(int port, String path, int clients, int messagesPerSecondEach) {
        Clients all = new Clients(1_000_000_000L / messagesPerSecondEach);
        for (int i = 0; i < clients; i++) {
            int client = i;
            URI uri = URI.create("ws://127.0.0.1:" + port + path.replace("{key}", "c" + i));
            all.threads.add(Thread.ofVirtual().start(() -> all.live(client, uri)));
        }
        return all;
    }

    /**
     * What became of all messages.
     *
     * @param sent by the clients, on an open connection
     * @param answered once at least
     * @param reported not answered, and the client was told with a close code
     * @param lost neither
     * @param answeredTwice more than once
     * @param seen what clients were told, and how often
     */
    record Tally(
            long sent,
            long answered,
            long reported,
            List<String> lost,
            long answeredTwice,
            Map<String, Integer> seen) {}

    /** From now on, waits for an answer to a message that is sent from now on. */
    void watchForAnswers() {
        firstAnswerSince.set(Long.MAX_VALUE);
        watchedSince = System.nanoTime();
    }

    /** {@return seconds to the first such answer; infinite as long as there is none} */
    double secondsToFirstAnswer() {
        long first = firstAnswerSince.get();
        return first == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : (first - watchedSince) / 1e9;
    }

    /** Sends no more, waits so long for the last answers, and says what became of everything. */
    Tally finish(long graceNanos) throws InterruptedException {
        stopped = true;
        long end = System.nanoTime() + graceNanos;
        while (!lost().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        close();
        List<Fate> all = List.copyOf(fates.values());
        return new Tally(
                all.size(),
                all.stream().filter(fate -> fate.answers.get() > 0).count(),
                all.stream().filter(fate -> fate.answers.get() == 0 && fate.reported).count(),
                lost(),
                all.stream().filter(fate -> fate.answers.get() > 1).count(),
                new TreeMap<>(seen));
    }

    private List<String> lost() {
        return fates.entrySet().stream()
                .filter(entry -> entry.getValue().isLost())
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void close() {
        stopped = true;
        threads.forEach(Thread::interrupt);
    }

    private void live(int client, URI uri) {
        int number = 0;
        while (!stopped) {
            try (WsPeer peer = WsPeer.connect(uri)) {
                Sent sent = new Sent();
                Thread receiver = Thread.ofVirtual().start(() -> receive(peer, sent));
                number = sendUntilClosed(peer, client, number, sent, receiver);
                awaitLastWords(receiver);
            } catch (IOException e) {
                saw(String.valueOf(e.getMessage()).replaceFirst(".*was not upgraded: ", ""));
            }
            LockSupport.parkNanos(RECONNECT_NANOS);
        }
    }

    private int sendUntilClosed(
            WsPeer peer, int client, int first, Sent sent, Thread receiver)
            throws IOException {
        int number = first;
        long due = System.nanoTime();
        while (!stopped && receiver.isAlive()) {
            String id = client + "-" + number++;
            if (!sent.add(id)) {
                break;
            }
            try {
                peer.send(WsPeer.TEXT, id.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                break; // The receiver reads what the relay said about it.
            }
            due += nanosBetween;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        return number;
    }

    private void awaitLastWords(Thread receiver) {
        try {
            receiver.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The socket is closed next, which ends it.
        }
    }

    private void receive(WsPeer peer, Sent sent) {
        try {
            while (true) {
                WsPeer.Frame frame = peer.receive();
                if (frame.opcode() == WsPeer.CLOSE) {
                    saw(text(frame));
                    sent.reported();
                    peer.sendClose(frame.closeCode());
                    return;
                }
                answered(StandardCharsets.US_ASCII.decode(frame.payload()).toString());
            }
        } catch (IOException e) {
            if (!stopped) {
                saw("no close frame");
            }
        }
    }

    private void answered(String id) {
        Fate fate = fates.get(id);
        if (fate == null) {
            saw("an answer to nothing: " + id);
            return;
        }
        fate.answers.incrementAndGet();
        if (fate.sentAt - watchedSince > 0) {
            firstAnswerSince.accumulateAndGet(System.nanoTime(), Math::min);
        }
    }

    private void saw(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    private static String text(WsPeer.Frame close) {
        ByteBuffer payload = close.payload().duplicate();
        payload.position(Math.min(payload.limit(), payload.position() + 2));
        String reason = StandardCharsets.UTF_8.decode(payload).toString();
        return (close.closeCode() + " " + reason).strip();
    }
}
