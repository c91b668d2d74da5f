package dev.weir.session;

import dev.weir.config.HeartbeatConfig;
import dev.weir.queue.BufferPool;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that looks after the deadlines of all sessions: pings, missing pongs, idle times,
 * close handshakes, and the shedding of sessions when the memory for queues is spent. It walks all
 * sessions a few times a second and never blocks on any of them.
 *
 * <p>A virtual thread on purpose: when the readers of the sessions do not get to run, neither does
 * it; it then finds itself late and condemns nobody.
 */
public final class Heartbeat implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    private static final Duration TICK_MIN = Duration.ofMillis(20);
    private static final Duration TICK_MAX = Duration.ofMillis(500);

    private final Sessions sessions;
    private final Shedder shedder;
    private final LongSupplier nanoClock;
    private final long tickNanos;
    private final long lateNanos;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicLong beats = new AtomicLong();

    /** A heartbeat for these sessions; it beats while {@link #run} does. */
    public Heartbeat(
            Sessions sessions,
            BufferPool pool,
            HeartbeatConfig config,
            Duration closeDeadline,
            LongSupplier nanoClock) {
        this.sessions = sessions;
        this.shedder = new Shedder(sessions, pool);
        this.nanoClock = nanoClock;
        // Deadlines are kept to a tenth of the shortest.
        this.tickNanos = Stream.of(config.ping(), config.pong(), closeDeadline)
                .filter(deadline -> !deadline.isZero())
                .map(deadline -> deadline.dividedBy(10))
                .min(Duration::compareTo)
                .map(tick -> tick.compareTo(TICK_MAX) < 0 ? tick : TICK_MAX)
                .filter(tick -> tick.compareTo(TICK_MIN) > 0)
                .orElse(TICK_MIN)
                .toNanos();
        this.lateNanos = Math.max(10 * tickNanos, config.pong().toNanos() / 4);
    }

    @Override
    public void run() {
        long last = nanoClock.getAsLong();
        try {
            while (!stop.await(tickNanos, TimeUnit.NANOSECONDS)) {
                long now = nanoClock.getAsLong();
                boolean late = now - last > tickNanos + lateNanos;
                if (late) {
                    log.atWarn()
                            .addKeyValue("lateMillis", (now - last - tickNanos) / 1_000_000)
                            .log("heartbeat is late; every peer gets another round");
                }
                last = now;
                beat(now, late);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return how often it has beaten: while this grows, threads get to run} */
    public long beats() {
        return beats.get();
    }

    private void beat(long now, boolean late) {
        for (Session session : sessions.all()) {
            try {
                session.beat(now, late);
            } catch (RuntimeException e) {
                SessionLog.of(log.atError(), session).setCause(e).log("heartbeat failed");
            }
        }
        shedder.shedIfNeeded();
        beats.incrementAndGet();
    }

    /** Ends {@link #run} soon. */
    public void stop() {
        stop.countDown();
    }
}
