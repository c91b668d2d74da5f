package dev.weir.ops.log;

import ch.qos.logback.classic.LoggerContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The level of the log while the process runs: as configured, or for a while another. Thread-safe.
 */
public final class LogLevel implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogLevel.class);

    /**
     * What is logged now.
     *
     * @param level the least important level that is shown
     * @param configured that of the config, which is in force again after {@code until}
     * @param until null: until the next change
     */
    public record State(String level, String configured, @Nullable Instant until) {}

    private final InstantSource clock;
    private State state;

    /** Counted down when the expiry that is waited for is not wanted any more. */
    private CountDownLatch overtaken = new CountDownLatch(0);

    /**
     * Takes over; the level itself has been set by {@link Logging#start}.
     *
     * @param configured {@code trace}, {@code debug}, {@code info}, {@code warn} or {@code error}
     */
    public LogLevel(String configured, InstantSource clock) {
        this.clock = clock;
        this.state = new State(configured, configured, null);
    }

    /** {@return what is logged now} */
    public synchronized State state() {
        return state;
    }

    /**
     * Changes the level.
     *
     * @param expiry after which it is again as configured; null: never
     * @throws IllegalArgumentException for a level that there is not
     */
    public synchronized State set(String level, @Nullable Duration expiry) {
        apply(new State(level, state.configured, expiry == null
                ? null
                : clock.instant().plus(expiry)));
        if (expiry != null) {
            CountDownLatch mine = overtaken;
            Thread.ofVirtual().name("log-level-expiry").start(() -> expire(mine, expiry));
        }
        return state;
    }

    /** The config has changed: its level is in force at once. */
    public synchronized void configured(String level) {
        if (!level.equals(state.configured)) {
            apply(new State(level, level, null));
        }
    }

    private void expire(CountDownLatch mine, Duration expiry) {
        try {
            if (mine.await(expiry.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            if (mine.getCount() > 0) {
                apply(new State(state.configured, state.configured, null));
            }
        }
    }

    private void apply(State next) {
        Logging.apply((LoggerContext) LoggerFactory.getILoggerFactory(), next.level);
        overtaken.countDown();
        overtaken = new CountDownLatch(1);
        state = next;
        log.atWarn() // so that it is seen at almost every level
                .addKeyValue("level", next.level)
                .addKeyValue("until", next.until)
                .log("log level changed");
    }

    /** Waits for no expiry any more. */
    @Override
    public synchronized void close() {
        overtaken.countDown();
    }
}
