package dev.weir.pair;

import dev.weir.queue.Remains;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client and a worker, joined. Its two directions share no lock, no queue and no thread: one that
 * stalls does not hold up the other.
 *
 * <p>{@link #start} and {@link #settle} belong to the client's conversation; {@link #ended} may be
 * called by any thread and does not block.
 */
public final class Pair {

    /**
     * How a pair ended.
     *
     * @param end the first end, of whichever side
     * @param lost what was accepted but not delivered, of both directions
     * @param clientFit whether the client can go on with another worker
     * @param workerFit whether the worker can go on with another client
     */
    public record Outcome(End end, Remains lost, boolean clientFit, boolean workerFit) {}

    private final String id;
    private final Leg client;
    private final Leg worker;
    private final Pump toWorker;
    private final Pump toClient;
    private final Duration linger;

    private final AtomicReference<@Nullable End> first = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> whenOver = new AtomicReference<>();

    /**
     * Joins the two; nothing moves before {@link #start}.
     *
     * @param id for logs and the admin page
     * @param linger how long the last words of a side that ended may take to be delivered
     */
    public Pair(String id, Leg client, Leg worker, Duration linger) {
        this.id = id;
        this.client = client;
        this.worker = worker;
        this.linger = linger;
        this.toWorker = new Pump(id, client, worker);
        this.toClient = new Pump(id, worker, client);
    }

    /** {@return its id} */
    public String id() {
        return id;
    }

    /** {@return the other of the two} */
    public Leg partnerOf(Leg leg) {
        return leg.side() == Side.CLIENT ? worker : client;
    }

    /**
     * Moves messages both ways until one side ends. There is no deadline for that: heartbeats,
     * write and stall deadlines and the drain end every pair that does not live.
     *
     * @param told called once, when a side has ended, perhaps at once; must not block
     */
    public void start(Runnable told) {
        toWorker.start();
        toClient.start();
        whenOver.set(told);
        if (first.get() != null) {
            tellOver();
        }
    }

    /** Tells that a side has ended; only the first end counts. */
    public void ended(End end) {
        if (first.compareAndSet(null, end)) {
            tellOver();
        }
    }

    private void tellOver() {
        Runnable told = whenOver.getAndSet(null);
        if (told != null) {
            told.run();
        }
    }

    /**
     * Delivers what the side had sent that ended, and stops; when a side has ended.
     *
     * @throws InterruptedException when the conversation is told to give up
     */
    public Outcome settle() throws InterruptedException {
        End end = Objects.requireNonNull(first.get());
        return end.reason() == CloseReason.DRAIN ? flush(end) : settle(end);
    }

    /** Asks for an orderly end: what both sides have sent is delivered first. */
    public void drain() {
        client.outbox().finish();
        worker.outbox().finish();
        ended(new End(Side.CLIENT, CloseReason.DRAIN));
    }

    private Outcome flush(End end) throws InterruptedException {
        long deadline = linger.toNanos();
        toWorker.drain(deadline);
        toClient.drain(deadline);
        toWorker.stop(deadline);
        toClient.stop(deadline);
        return new Outcome(end, lostOf(client, toWorker, worker, toClient), false, false);
    }

    private Outcome settle(End end) throws InterruptedException {
        boolean clientEnded = end.side() == Side.CLIENT;
        Pump lastWords = clientEnded ? toWorker : toClient;
        Pump cut = clientEnded ? toClient : toWorker;
        lastWords.drain(linger.toNanos());
        boolean lastStopped = lastWords.stop(linger.toNanos());
        boolean cutStopped = cut.cut(linger.toNanos());
        boolean receiverFit = lastStopped && cutStopped && !lastWords.midMessage();
        if (clientEnded) {
            // The next client must not see what was meant for this one.
            Remains lost = lostOf(client, toWorker, worker, toClient);
            return new Outcome(end, lost, false, receiverFit && worker.end() == null);
        }
        // What the client sent stays queued for its next worker, but for a message half gone.
        Remains lost = sum(toClient.lost(), discard(worker));
        lost = sum(lost, toWorker.lost());
        if (cut.midMessage()) {
            lost = sum(lost, told(client, client.outbox().discardRestOfMessage()));
        }
        return new Outcome(end, lost, receiverFit && client.end() == null, false);
    }

    private static Remains lostOf(Leg a, Pump fromA, Leg b, Pump fromB) {
        return sum(sum(discard(a), discard(b)), sum(fromA.lost(), fromB.lost()));
    }

    private static Remains discard(Leg sender) {
        return told(sender, sender.outbox().discard());
    }

    private static Remains told(Leg sender, Remains lost) {
        if (lost.messages() > 0) {
            sender.lost(lost);
        }
        return lost;
    }

    private static Remains sum(Remains a, Remains b) {
        return new Remains(
                a.messages() + b.messages(), a.bytes() + b.bytes(), a.traced() + b.traced());
    }
}
