package dev.weir.admin;

import dev.weir.admin.Overview.Queues;
import dev.weir.admin.Overview.Rate;
import dev.weir.admin.Overview.SessionCounts;
import dev.weir.admin.Overview.Traffic;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.queue.Depth;
import dev.weir.queue.Outbox;
import dev.weir.session.Ledger;
import dev.weir.session.LinkLeg;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all sessions once a second and keeps what it saw, so that it costs the same whether
 * nobody or ten people watch the node. {@link #run} belongs to one thread; anybody may ask.
 */
public final class Sampler implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Sampler.class);

    /** Rates are taken over so many seconds. */
    private static final int RATE_SECONDS = History.STEP_SECONDS;

    /**
     * What it looks at.
     *
     * @param draining whether the node refuses newcomers
     */
    public record Sources(
            String version,
            Sessions sessions,
            Reception reception,
            BufferPool pool,
            BooleanSupplier draining,
            Tallies tallies,
            InstantSource clock) {}

    private record Mark(Instant time, Traffic total) {}

    private final Sources sources;
    private final IntSupplier connectionLimit;
    private final Instant started;
    private final ForwardLatency latency;
    private final History history = new History();
    private final Deque<Mark> marks = new ArrayDeque<>(RATE_SECONDS + 1);
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile Overview last;

    /**
     * A sampler of a node that has just started.
     *
     * @param connectionLimit how many sessions there may be, now
     */
    public Sampler(Sources sources, IntSupplier connectionLimit) {
        this.sources = sources;
        this.connectionLimit = connectionLimit;
        this.started = sources.clock().instant();
        this.latency = new ForwardLatency(sources.tallies());
        this.last = look();
    }

    @Override
    public void run() {
        try {
            for (int second = 0; !stop.await(1, TimeUnit.SECONDS); second++) {
                try {
                    last = look();
                    if (second % History.STEP_SECONDS == 0) {
                        history.add(last);
                    }
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("sampling failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends {@link #run} soon. */
    public void stop() {
        stop.countDown();
    }

    /** {@return the node as it was within the last second} */
    Overview overview() {
        return last;
    }

    History history() {
        return history;
    }

    private Overview look() {
        Instant now = sources.clock().instant();
        Tally tally = new Tally();
        sources.sessions().all().forEach(tally::add);
        sources.sessions().ledger().accounts().values().forEach(tally::add);
        for (Tallies.Tally each : sources.tallies().accounts().values()) {
            tally.undelivered += each.lost().sum();
            tally.add(each.links());
        }
        Traffic total = new Traffic(tally.messages, tally.bytes, tally.undelivered);
        return new Overview(
                now,
                sources.version(),
                started,
                sources.draining().getAsBoolean(),
                tally.counts(connectionLimit.getAsInt()),
                tally.pairs,
                new Overview.Waiting(
                        sum(sources.reception().waitingClients().values()),
                        sum(sources.reception().waitingWorkers().values())),
                tally.blocked,
                new Queues(tally.queued, tally.queuedBytes,
                        sources.pool().used(), sources.pool().budget()),
                total,
                rate(new Mark(now, total)),
                latency.look());
    }

    private static int sum(Iterable<Integer> counts) {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    private Rate rate(Mark now) {
        marks.addLast(now);
        Mark then = marks.size() > RATE_SECONDS ? marks.removeFirst() : marks.getFirst();
        double seconds = Duration.between(then.time, now.time).toMillis() / 1000.0;
        if (seconds <= 0) {
            return new Rate(0, 0, 0);
        }
        return new Rate(
                perSecond(now.total.messages() - then.total.messages(), seconds),
                perSecond(now.total.bytes() - then.total.bytes(), seconds),
                perSecond(now.total.undelivered() - then.total.undelivered(), seconds));
    }

    /** Never below zero: a session that ends just now may be missing for a moment. */
    private static double perSecond(long more, double seconds) {
        return Math.max(0, more) / seconds;
    }

    /** Adds up what sessions do. */
    private static final class Tally {
        private int clients;
        private int workers;
        private int opening;
        private int waiting;
        private int paired;
        private int closing;
        private int pairs;
        private int blocked;
        private int queued;
        private long queuedBytes;
        private long messages;
        private long bytes;
        private long undelivered;

        void add(Session session) {
            boolean client = session.side() == Side.CLIENT;
            clients += client ? 1 : 0;
            workers += client ? 0 : 1;
            switch (session.phase()) {
                case OPENING -> opening++;
                case WAITING -> waiting++;
                case PAIRED -> {
                    paired++;
                    pairs += client ? 1 : 0;
                }
                case CLOSING, ENDED -> closing++;
            }
            messages += session.traffic().received().messages();
            bytes += session.traffic().received().bytes();
            add(session.outbox());
            LinkLeg link = LinkLeg.of(session);
            if (link != null && link.end() == null) {
                add(link.outbox());
            }
        }

        private void add(Outbox outbox) {
            blocked += outbox.blocking() ? 1 : 0;
            Depth depth = outbox.depth();
            queued += depth.messages();
            queuedBytes += depth.bytes();
            undelivered += depth.dropped();
        }

        void add(Ledger.Totals over) {
            messages += over.received().messages();
            bytes += over.received().bytes();
            undelivered += over.dropped();
        }

        SessionCounts counts(int limit) {
            return new SessionCounts(
                    clients + workers, clients, workers, opening, waiting, paired, closing, limit);
        }
    }
}
