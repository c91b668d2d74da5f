package dev.weir.e2e.leak;

import dev.weir.e2e.seed.Endpoints;
import dev.weir.e2e.seed.WsPeer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A connected client and worker, one of which is to leave: the client in even pairs. */
record Pair(WsPeer leaver, WsPeer other) implements AutoCloseable {
    private static final byte[] SMALL = new byte[100];
    private static final byte[] LARGE = new byte[16 << 10];
    private static final long HELD_BACK_NANOS = 50_000_000;

    static Pair connect(Endpoints relay, String key, int number) throws IOException {
        WsPeer worker = WsPeer.connect(relay.worker(key));
        try {
            WsPeer client = WsPeer.connect(relay.client(key));
            return number % 2 == 0 ? new Pair(client, worker) : new Pair(worker, client);
        } catch (IOException e) {
            worker.close();
            throw e;
        }
    }

    /** One message each way. */
    void exchange() throws IOException {
        leaver.send(WsPeer.TEXT, SMALL);
        other.receive();
        other.send(WsPeer.BINARY, SMALL);
        leaver.receive();
    }

    /** The leaver sends until it gets no further; it goes on should it be let. */
    void sendUntilHeldBack() {
        AtomicInteger sent = new AtomicInteger();
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    leaver.send(WsPeer.BINARY, LARGE);
                    sent.incrementAndGet();
                }
            } catch (IOException ended) {
                return;
            }
        });
        int before;
        do {
            before = sent.get();
            LockSupport.parkNanos(HELD_BACK_NANOS);
        } while (before == 0 || sent.get() > before);
    }

    /** By a reset or, every other pair of a side, by a FIN; no close frame. */
    void leave(int number) throws IOException {
        if (number / 2 % 2 == 0) {
            leaver.reset();
        } else {
            leaver.hangUp();
        }
    }

    @Override
    public void close() throws IOException {
        try (leaver) {
            other.close();
        }
    }
}
