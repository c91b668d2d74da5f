package dev.weir.session;

import dev.weir.pair.Leg;
import dev.weir.pair.Pair;
import java.time.Duration;

/** Who takes part in a conversation: a session, or a service's link in the place of a worker. */
interface Party extends Leg {

    /** {@return its id, for logs} */
    String id();

    /** {@return where it runs, for the least-loaded choice} */
    String host();

    /**
     * Waits until it can be talked to; never longer than its deadlines.
     *
     * @return false when it never came to life, so that nobody has to be told of its end
     */
    boolean awaitOpen() throws InterruptedException;

    /** Enters a pair; should it have ended meanwhile, the pair is told. */
    void join(Pair joined);

    /** Leaves its pair. */
    void part();

    /** Gives back what its outbox holds, if anything; when it has ended and nobody takes it. */
    void release();

    /** {@return how long it may take to be told the last words of its partner} */
    Duration lastWords();
}
