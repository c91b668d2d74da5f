package dev.weir.bench;

import java.util.random.RandomGenerator;

/**
 * When messages are due, whatever became of those before: an open loop. Whoever is late finds
 * everything that was due meanwhile still in the schedule, each with its own time, so that no
 * latency is left out because something stood still ("coordinated omission"). One thread.
 */
final class OpenLoop {

    /** So many are sent in one turn at most: what arrives must not wait for a whole backlog. */
    private static final int BURST = 64;

    private static final double SECOND = 1e9;

    private final double interval;
    private final boolean poisson;
    private final RandomGenerator random;
    private long start;
    private long count;
    private long next;

    /** Sends one message. */
    @FunctionalInterface
    interface Sender {
        /** Sends message {@code number} of the schedule, which was due at that time. */
        void send(long number, long due);
    }

    /**
     * @param rate messages a second
     * @param poisson whether the gaps are exponential, as of many independent senders; else even
     */
    OpenLoop(double rate, boolean poisson, RandomGenerator random) {
        this.interval = SECOND / rate;
        this.poisson = poisson;
        this.random = random;
    }

    /** The first message is due then. */
    void start(long at) {
        start = at;
        next = at;
        count = 0;
    }

    /** {@return when the next message is due that has not been sent} */
    long next() {
        return next;
    }

    /** {@return how many messages are due before then and have not been sent, more or less} */
    long owed(long then) {
        return Math.max(0, (long) Math.ceil((then - next) / interval));
    }

    /** Sends what is due, and {@return when the next is} */
    long turn(long now, Sender sender) {
        for (int i = 0; i < BURST && next - now <= 0; i++) {
            sender.send(count++, next);
            next = poisson
                    ? next + (long) (-interval * Math.log(1 - random.nextDouble()))
                    : start + (long) (count * interval);
        }
        return next;
    }
}
