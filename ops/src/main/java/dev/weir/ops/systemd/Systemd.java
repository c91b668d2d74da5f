package dev.weir.ops.systemd;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service does ({@code sd_notify(3)}): that it is ready, what it does, that
 * it lives ({@code WatchdogSec=}), that it stops. Where the environment names no
 * {@code NOTIFY_SOCKET} all of this does nothing. Thread-safe; a failure to tell is logged once and
 * changes nothing else.
 *
 * <p>A sign of life is sent only when the service made progress since the last one. The thread that
 * sends it is a platform thread: it stays when virtual threads do not get to run, sees that there
 * was no progress, and is silent, so that systemd ends the service.
 */
public final class Systemd implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Systemd.class);

    private static final Duration STATUS_PERIOD = Duration.ofSeconds(5);

    /** Signs of life within a watchdog's time, so that one may come late. */
    private static final int SIGNS_OF_LIFE = 3;

    private final @Nullable NotifySocket socket;
    private final Duration watchdog;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean failed = new AtomicBoolean();

    private Systemd(@Nullable NotifySocket socket, Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /**
     * What started this process, by {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and
     * {@code WATCHDOG_PID}.
     *
     * @param environment variables of the process
     */
    public static Systemd of(Map<String, String> environment) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return new Systemd(null, Duration.ZERO);
        }
        try {
            return new Systemd(new NotifySocket(address), watchdog(environment));
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("socket", address)
                    .addKeyValue("reason", e.getMessage())
                    .log("systemd cannot be notified");
            return new Systemd(null, Duration.ZERO);
        }
    }

    /** Zero when there is none, or when it is meant for another process. */
    private static Duration watchdog(Map<String, String> environment) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        boolean ours = pid.isEmpty() || pid.equals(Long.toString(ProcessHandle.current().pid()));
        return ours && micros.matches("\\d{1,18}")
                ? Duration.of(Long.parseLong(micros), ChronoUnit.MICROS)
                : Duration.ZERO;
    }

    /**
     * Says that the service is ready, and from now on, until {@link #close}, what it does and that
     * it lives.
     *
     * @param status one line for people
     * @param progress a number that changes while the service lives
     */
    public void ready(Supplier<String> status, LongSupplier progress) {
        if (socket == null) {
            return;
        }
        SignsOfLife signs = new SignsOfLife(!watchdog.isZero(), status, progress);
        send("READY=1\nSTATUS=" + status.get());
        Thread.ofPlatform().name("systemd").daemon().start(() -> tell(signs));
    }

    /**
     * Says that the service stops, and for how long it may: systemd then waits so long, even beyond
     * the unit's {@code TimeoutStopSec=}.
     */
    public void stopping(Duration atMost) {
        send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(atMost.toNanos()));
    }

    private void tell(SignsOfLife signs) {
        try {
            while (!closed.await(period().toNanos(), TimeUnit.NANOSECONDS)) {
                String state = signs.next();
                if (!state.isEmpty()) {
                    send(state);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration period() {
        Duration signs = watchdog.dividedBy(SIGNS_OF_LIFE);
        return watchdog.isZero() || signs.compareTo(STATUS_PERIOD) > 0 ? STATUS_PERIOD : signs;
    }

    private void send(String state) {
        if (socket == null) {
            return;
        }
        try {
            socket.send(state);
        } catch (IOException e) {
            if (failed.compareAndSet(false, true)) {
                log.atWarn().addKeyValue("reason", e.getMessage()).log("systemd is not notified");
            }
        }
    }

    /** Ends the signs of life. */
    @Override
    public void close() {
        closed.countDown();
    }
}
