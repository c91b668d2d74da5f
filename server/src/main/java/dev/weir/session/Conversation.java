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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's life, on a virtual thread of its own: it waits for a worker, they talk, and when one
 * of them ends the other is told, kept or replaced. The thread moves no messages; the pumps of the
 * pair do.
 */
final class Conversation implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    private final Session client;
    private final RouteConfig route;
    private final Pairing<Session> pairing;
    private final Place<Session> place;
    private final Ids ids;

    Conversation(Session client, Pairing<Session> pairing, Place<Session> place, Ids ids) {
        this.client = client;
        this.route = client.identity().route();
        this.pairing = pairing;
        this.place = place;
        this.ids = ids;
    }

    @Override
    public void run() {
        client.onEnd(() -> {
            if (pairing.giveUp(place)) {
                client.release();
            }
        });
        try {
            Session worker = awaitWorker();
            while (worker != null) {
                Outcome outcome = talk(worker);
                worker = part(worker, outcome) ? awaitWorker() : null;
            }
        } catch (InterruptedException e) {
            endClient(CloseReason.DRAIN);
        } catch (RuntimeException e) {
            SessionLog.of(log.atError(), client).setCause(e).log("conversation failed");
            endClient(CloseReason.INTERNAL_ERROR);
        } finally {
            pairing.leave(place);
            client.release();
        }
    }

    /**
     * {@return the worker that the client was given, or null when it gets none}
     *
     * <p>From there on they are a pair, even if one of them has ended meanwhile: what it said
     * before is delivered, and the other is told. Only whose socket never opened is passed over.
     */
    private @Nullable Session awaitWorker() throws InterruptedException {
        while (true) {
            Session worker = pairing.await(place, route.clientWait().toNanos());
            if (worker == null) {
                endClient(CloseReason.WAIT_EXPIRED); // without effect if it has given up
                return null;
            }
            boolean workerOpened = worker.awaitOpen();
            if (workerOpened && client.awaitOpen()) {
                return worker;
            }
            pairing.served(worker.identity().host());
            if (workerOpened) {
                offer(worker);
                return null;
            }
            if (!waitAgain(new End(Side.WORKER, CloseReason.LOST), false)) {
                return null;
            }
        }
    }

    private Outcome talk(Session worker) throws InterruptedException {
        Pair pair = new Pair(ids.next(), client, worker, route.writeDeadline());
        client.join(pair);
        worker.join(pair);
        SessionLog.of(log.atInfo(), client)
                .addKeyValue("worker", worker.identity().id())
                .log("paired");
        Outcome outcome = null;
        try {
            outcome = pair.run();
            SessionLog.of(log.atInfo(), client)
                    .addKeyValue("worker", worker.identity().id())
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
            client.part();
            worker.part();
            pairing.served(worker.identity().host());
        }
    }

    /** {@return whether the client goes on, with another worker} */
    private boolean part(Session worker, Outcome outcome) {
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
        if (route.onWorkerLost() == OnWorkerLost.CLOSE || !outcome.clientFit()) {
            client.end(end.forOtherSide());
            return false;
        }
        return waitAgain(end, route.onWorkerLost() == OnWorkerLost.WAIT);
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
    private void offer(Session worker) {
        if (!offer(pairing, worker)) {
            dismiss(worker, new End(Side.WORKER, CloseReason.WAIT_EXPIRED));
        }
    }

    private static void dismiss(Session worker, End end) {
        worker.end(end);
        worker.release();
    }

    /** {@return whether there was room for the worker; one that has ended counts as placed} */
    static boolean offer(Pairing<Session> pairing, Session worker) {
        Identity who = worker.identity();
        boolean placed = pairing.offer(
                who.key(), who.subprotocol(), worker, who.host(), worker.busyNanos());
        if (worker.end() != null && pairing.withdraw(who.key(), worker)) {
            worker.release(); // its end came before the offer
        }
        return placed;
    }

    private void endClient(CloseReason reason) {
        client.end(new End(Side.CLIENT, reason));
    }
}
