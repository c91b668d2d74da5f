package dev.weir.session;

import dev.weir.config.OnClientGone;
import dev.weir.config.OnWorkerLost;
import dev.weir.config.RouteConfig;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pair;
import dev.weir.pair.Pair.Outcome;
import dev.weir.pair.Pairing;
import dev.weir.pair.Pairing.Place;
import dev.weir.pair.Side;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's life: it waits for a worker, they talk, and when one of them ends the other is told,
 * kept or replaced.
 *
 * <p>It has a virtual thread as long as there is something to wait for: a worker, and the last words
 * of a pair. While they talk it has none, for the pumps of the pair move the messages; so a pair
 * that is silent costs no stack.
 */
final class Conversation {

    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    private final Session client;
    private final RouteConfig route;
    private final Pairing<Party> pairing;
    private final Place<Party> place;
    private final Ids ids;

    /** Who is about to be the worker; ends with the client. */
    private volatile @Nullable Party coming;

    /** The worker to come was kept, and what it said was for nobody. */
    private boolean wasUnheard;

    Conversation(Session client, Pairing<Party> pairing, Place<Party> place, Ids ids) {
        this.client = client;
        this.route = client.identity().route();
        this.pairing = pairing;
        this.place = place;
        this.ids = ids;
    }

    /** What it does on a thread of its own. */
    private interface Step {
        void run() throws InterruptedException;
    }

    /** Begins; the client has its place. */
    void begin() {
        client.onEnd(() -> {
            Party opening = coming;
            if (pairing.giveUp(place)) {
                client.release();
            } else if (opening != null) {
                endIfInVain(opening);
            }
        });
        Party atOnce = pairing.given(place);
        if (atOnce != null) {
            hear(atOnce); // before the client can tell anybody that it is there
        }
        onThread(this::meet);
    }

    private void onThread(Step step) {
        Thread thread =
                Thread.ofVirtual().name("conversation-" + client.id()).unstarted(() -> take(step));
        client.activity().conversation(thread);
        thread.start();
    }

    private void take(Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            endClient(CloseReason.DRAIN);
            leave();
        } catch (RuntimeException e) {
            SessionLog.of(log.atError(), client).setCause(e).log("conversation failed");
            endClient(CloseReason.INTERNAL_ERROR);
            leave();
        } finally {
            client.activity().conversationOver(Thread.currentThread());
        }
    }

    private void meet() throws InterruptedException {
        Party worker = awaitWorker();
        if (worker == null) {
            leave();
        } else {
            talk(worker);
        }
    }

    /** Begins to talk, and goes on when one of the two has ended. */
    private void talk(Party worker) {
        wasUnheard = false;
        Pair pair = new Pair(ids.next(), client, worker, longest(client, worker));
        client.join(pair);
        worker.join(pair);
        SessionLog.of(log.atDebug(), client).addKeyValue("worker", worker.id()).log("paired");
        pair.start(() -> onThread(() -> conclude(pair, worker)));
    }

    private void conclude(Pair pair, Party worker) throws InterruptedException {
        boolean goesOn;
        try {
            goesOn = part(worker, settle(pair, worker));
        } finally {
            client.part(); // not before it is told, or it would seem to wait for a worker meanwhile
        }
        if (goesOn) {
            meet();
        } else {
            leave();
        }
    }

    private void leave() {
        pairing.leave(place);
        client.release();
        LinkLeg unused = client.takeDialed();
        if (unused != null) {
            unused.end(new End(Side.WORKER, CloseReason.PARTNER_GONE));
        }
    }

    /**
     * {@return the worker that the client was given, or null when it gets none}
     *
     * <p>From there on they are a pair, even if one of them has ended meanwhile: what it said
     * before is delivered, and the other is told. Only whose socket never opened is passed over.
     */
    private @Nullable Party awaitWorker() throws InterruptedException {
        while (true) {
            Party worker = pairing.await(place, route.clientWait().toNanos());
            if (worker == null) {
                endClient(CloseReason.WAIT_EXPIRED); // without effect if it has given up
                return null;
            }
            hear(worker);
            boolean workerOpened = open(worker);
            if (workerOpened && client.awaitOpen()) {
                return worker;
            }
            pairing.served(worker.host());
            if (workerOpened) {
                unhear(worker);
                offer(worker);
                return null;
            }
            if (!waitAgain(new End(Side.WORKER, CloseReason.LOST), false)) {
                return null;
            }
        }
    }

    /** From here on, what the worker says is for this client. */
    private void hear(Party worker) {
        wasUnheard |= worker.outbox().expectConsumer();
    }

    /** The client is not there after all: what a worker said that was kept for it is for nobody. */
    private void unhear(Party worker) {
        if (wasUnheard) {
            worker.lost(worker.outbox().discard());
        }
    }

    /** {@return whether it opened} Opening a link may take long. */
    private boolean open(Party worker) throws InterruptedException {
        coming = worker;
        endIfInVain(worker);
        try {
            return worker.awaitOpen();
        } finally {
            coming = null;
        }
    }

    private Outcome settle(Pair pair, Party worker) throws InterruptedException {
        Outcome outcome = null;
        try {
            outcome = pair.settle();
            SessionLog.of(log.atDebug(), client)
                    .addKeyValue("worker", worker.id())
                    .addKeyValue("endedBy", outcome.end().side().label())
                    .addKeyValue("reason", outcome.end().reason().label())
                    .addKeyValue("undelivered", outcome.lost().messages())
                    .addKeyValue("undeliveredBytes", outcome.lost().bytes())
                    .log("pair ended");
            return outcome;
        } finally {
            if (outcome == null) { // interrupted, or a bug: nobody else looks after the worker
                worker.end(new End(Side.WORKER, CloseReason.INTERNAL_ERROR));
            }
            worker.part();
            pairing.served(worker.host());
        }
    }

    /** Gives up a link that is opened for a client that is gone and has left nothing to say. */
    private void endIfInVain(Party worker) {
        End gone = client.end();
        boolean silent = client.outbox().depth().messages() == 0;
        if (gone != null && silent && worker instanceof LinkLeg) {
            worker.end(gone.forOtherSide());
        }
    }

    private static Duration longest(Party one, Party other) {
        Duration first = one.lastWords();
        return first.compareTo(other.lastWords()) > 0 ? first : other.lastWords();
    }

    /** {@return whether the client goes on, with another worker} */
    private boolean part(Party worker, Outcome outcome) {
        End end = outcome.end();
        if (end.side() == Side.CLIENT) {
            boolean keep = route.onClientGone() == OnClientGone.KEEP && outcome.workerFit();
            if (keep && end.reason() != CloseReason.DRAIN) {
                offer(worker);
            } else {
                dismiss(worker, end.forOtherSide());
            }
            client.end(end); // of effect only when both are drained
            return false;
        }
        worker.release();
        boolean lost = route.onWorkerLost() != OnWorkerLost.CLOSE && mayComeBack(worker, end);
        if (!lost || !outcome.clientFit()) {
            client.end(end.forOtherSide());
            return false;
        }
        return waitAgain(end, route.onWorkerLost() == OnWorkerLost.WAIT);
    }

    /**
     * {@return whether to wait for another worker makes sense} Not when the client has waited
     * already, and not when a service said good-bye for good: only 1001 and 1012 say that it goes
     * and may return (RFC 6455 section 7.4.1).
     */
    private static boolean mayComeBack(Party worker, End end) {
        return switch (end.reason()) {
            case WAIT_EXPIRED, SERVICE_OPEN -> false;
            case CLOSED -> !(worker instanceof LinkLeg)
                    || end.close().code() == CloseReason.PARTNER_GONE.close().code()
                    || end.close().code() == CloseReason.DRAIN.close().code();
            default -> true;
        };
    }

    /** {@return whether the client has a place again} */
    private boolean waitAgain(End cause, boolean onlyNewcomers) {
        boolean admitted = pairing.waitAgain(place, onlyNewcomers);
        if (!admitted) {
            client.end(cause.forOtherSide());
        } else if (client.end() != null) {
            pairing.giveUp(place); // it ended before it had this place
        }
        return admitted;
    }

    /** Gives back a worker that can serve the next client. */
    private void offer(Party worker) {
        if (worker instanceof Session session && session.retiring()) {
            dismiss(worker, new End(Side.WORKER, CloseReason.DRAIN));
        } else if (!(worker instanceof Session session) || !offer(pairing, session)) {
            dismiss(worker, new End(Side.WORKER, CloseReason.WAIT_EXPIRED));
        }
    }

    static void dismiss(Party worker, End end) {
        worker.end(end);
        worker.release();
    }

    /** {@return whether there was room for the worker; one that has ended counts as placed} */
    static boolean offer(Pairing<Party> pairing, Session worker) {
        Identity who = worker.identity();
        boolean placed = pairing.offer(
                who.key(), who.subprotocol(), worker, who.host(), worker.busyNanos());
        if (worker.end() != null && pairing.withdraw(who.key(), worker)) {
            worker.release(); // its end came before the offer
        } else if (worker.retiring()) {
            worker.retire(); // it was told so before the offer
        }
        return placed;
    }

    private void endClient(CloseReason reason) {
        client.end(new End(Side.CLIENT, reason));
    }
}
