package dev.weir.bench;

import dev.weir.bench.ChurnRun.Churn;
import dev.weir.bench.Violations.Kind;
import java.io.IOException;
import java.util.List;

/** The short life of one pair in a churn run. Belongs to one thread. */
final class Cycle {

    /** How long the closing handshake may take, in nanoseconds. */
    private static final long CLOSING = 2_000_000_000;

    /** How mixed endings differ, by the number of the pair. */
    private static final int WAYS = 4;

    private enum Step {
        NEW,
        FIRST,
        SECOND,
        EXCHANGE,
        ENDING
    }

    private final Rig rig;
    private final Load load;
    private final Churn churn;
    private final Peer client;
    private final Peer worker;
    private Step step = Step.NEW;
    private long begun;
    private long deadline;
    private boolean good;

    /** @param number of the pair, which no other has */
    Cycle(Rig rig, Load load, Churn churn, int number) {
        this.rig = rig;
        this.load = load;
        this.churn = churn;
        List<Peer> pair = Rig.pair(number, load.size());
        client = pair.get(0);
        worker = pair.get(1);
    }

    boolean begun() {
        return step != Step.NEW;
    }

    /** {@return whether it did all that it was to do} */
    boolean good() {
        return good;
    }

    /** {@return how long it has taken, in nanoseconds} */
    long age() {
        return rig.now() - begun;
    }

    /** Does what can be done now, and {@return whether it is over} */
    boolean step() throws IOException {
        switch (step) {
            case NEW -> begin();
            case FIRST -> second();
            case SECOND -> exchange();
            case EXCHANGE -> end();
            case ENDING -> {
                return ended();
            }
        }
        boolean broken = client.state() == Peer.State.CLOSED
                || worker.state() == Peer.State.CLOSED;
        boolean late = rig.now() - deadline >= 0;
        if (step != Step.ENDING && (broken || late)) {
            fail(late);
            return true;
        }
        return false;
    }

    private void begin() throws IOException {
        begun = rig.now();
        deadline = begun + churn.patience().toNanos();
        Order order = load.target().order();
        if (order != Order.CLIENT_FIRST) {
            rig.network().dial(worker);
        }
        if (order != Order.WORKER_FIRST) {
            rig.network().dial(client);
        }
        step = Step.FIRST;
    }

    private void second() throws IOException {
        if (worker.open() && client.state() == Peer.State.NEW) {
            rig.network().dial(client);
            step = Step.SECOND;
        } else if (client.open() && worker.state() == Peer.State.NEW) {
            rig.network().dial(worker);
            step = Step.SECOND;
        } else if (client.open() && worker.open()) {
            step = Step.SECOND;
        }
    }

    private void exchange() {
        if (client.open() && worker.open()) {
            long now = rig.now();
            for (Peer sender : rig.senders(List.of(client, worker))) {
                rig.network().send(sender, churn.messages(), now);
            }
            step = Step.EXCHANGE;
        }
    }

    private void end() {
        if (Rig.missing(List.of(client, worker)) > 0) {
            return;
        }
        good = true;
        client.ending();
        worker.ending();
        deadline = rig.now() + CLOSING;
        step = Step.ENDING;
        int way = switch (churn.ending()) {
            case CLOSE -> 0;
            case RESET -> 1;
            case MIXED -> client.pair() % WAYS;
        };
        if (way == 0) {
            rig.network().close(client, Frames.NORMAL_CLOSURE);
            rig.network().close(worker, Frames.NORMAL_CLOSURE);
        } else if (way == 1) {
            rig.network().drop(client, true);
            rig.network().drop(worker, true);
        } else if (way == 2) {
            rig.network().drop(client, false);
            rig.network().drop(worker, true);
        } else {
            rig.network().close(client, Frames.NORMAL_CLOSURE);
            rig.network().drop(worker, true);
        }
    }

    private boolean ended() {
        if (rig.now() - deadline >= 0) {
            if (client.open() || worker.open()) {
                rig.violations().add(Kind.ENDED_CONNECTIONS,
                        "no answer to a close frame, pair " + client.pair());
            }
            vanish();
        }
        return client.state() == Peer.State.CLOSED && worker.state() == Peer.State.CLOSED;
    }

    private void fail(boolean late) {
        long missing = Rig.missing(List.of(client, worker));
        if (missing > 0) {
            rig.violations().add(Kind.LOST, missing, "pair " + client.pair() + " lacks " + missing
                    + " messages");
        } else if (late) {
            rig.violations().add(Kind.FAILED_HANDSHAKES, "pair " + client.pair()
                    + " was not connected in time");
        }
        vanish();
    }

    private void vanish() {
        client.ending();
        worker.ending();
        rig.network().drop(client, true);
        rig.network().drop(worker, true);
    }
}
