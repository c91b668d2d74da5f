package dev.weir.bench;

import dev.weir.bench.Violations.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** An open loop over peers, by turns in an order by chance. Belongs to one thread. */
final class Schedule {

    /** What waits for sockets at most, all peers together; what is due beyond it is not sent. */
    private static final long BACKLOG_MAX = 64 << 20;

    /** The first message is due so long after the start, for the loop to be there. */
    private static final long HEAD_START = 1_000_000;

    private final Rig rig;
    private final List<Peer> senders;
    private final OpenLoop loop;
    private final Histogram lags = Times.histogram();

    /** @param rate messages a second, all senders together */
    Schedule(Rig rig, List<Peer> senders, double rate, boolean poisson, Random random) {
        this.rig = rig;
        this.senders = new ArrayList<>(senders);
        Collections.shuffle(this.senders, random);
        loop = new OpenLoop(rate, poisson, random);
    }

    /**
     * Begins anew, and forgets what is owed: after something that took the generator's time, such
     * as a look at the relay's process, the load must not begin with a burst.
     *
     * @return when the first message is due
     */
    long start() {
        long first = rig.now() + HEAD_START;
        loop.start(first);
        lags.reset();
        return first;
    }

    /** Sends and receives until then, or until the run is stopped. */
    void drive(long until, Supplier<String> progress) throws IOException {
        while (!rig.over(until)) {
            long next = turn();
            rig.network().poll(Math.min(Math.min(next, until) - rig.now(), Rig.TURN));
            rig.progress(progress);
        }
    }

    /**
     * Sends what was due before then and is not sent yet, because the generator was held up. Else
     * the messages that are the latest of all would be the ones that nobody counts.
     */
    void catchUp(long then, Duration patience) throws IOException {
        long until = rig.now() + patience.toNanos();
        while (loop.next() - then < 0 && !rig.over(until)) {
            turn();
            rig.network().poll(0);
        }
        long owed = rig.stopped() ? 0 : loop.owed(then);
        rig.violations().add(Kind.UNSENT, owed, owed + " messages were never sent");
    }

    /** Sends what is due, and {@return when the next is} */
    long turn() {
        return loop.turn(rig.now(), this::send);
    }

    private void send(long number, long due) {
        Peer sender = senders.get((int) (number % senders.size()));
        if (rig.network().backlog() > BACKLOG_MAX) {
            rig.violations().add(Kind.UNSENT, "the relay does not take this rate");
            return;
        }
        rig.network().send(sender, 1, due);
        Times.record(lags, rig.now() - due);
    }

    /** {@return how late messages were sent, in nanoseconds: what the generator adds} */
    Histogram lags() {
        return lags;
    }
}
