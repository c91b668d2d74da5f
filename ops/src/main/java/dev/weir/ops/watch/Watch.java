package dev.weir.ops.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that asks every probe again and again, and puts what they see on the board. A platform
 * thread on purpose: when virtual threads do not get to run, it still does, and says so.
 */
public final class Watch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watch.class);

    private final Findings findings;
    private final Duration interval;
    private final List<Probe> probes = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> closing = new CopyOnWriteArrayList<>();
    private final Set<Probe> failed = new HashSet<>();
    private final CountDownLatch stop = new CountDownLatch(1);

    /**
     * A watch that has not started.
     *
     * @param interval from one look to the next
     */
    public Watch(Findings findings, Duration interval) {
        this.findings = findings;
        this.interval = interval;
    }

    /** {@return the board that it fills} */
    public Findings findings() {
        return findings;
    }

    /** Adds a probe; any time, any thread. One that can be closed is, together with this. */
    public void add(Probe probe) {
        if (probe instanceof AutoCloseable closeable) {
            closing.add(closeable);
        }
        probes.add(probe);
    }

    /** Begins to look. */
    public void start() {
        Thread.ofPlatform().name("watch").daemon().start(this::run);
    }

    private void run() {
        try {
            while (!stop.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        List<Sighting> seen = new ArrayList<>();
        for (Probe probe : probes) {
            try {
                seen.addAll(probe.look());
                failed.remove(probe);
            } catch (RuntimeException e) {
                if (failed.add(probe)) { // and not again, as long as it fails
                    log.atError().setCause(e).log("a watchdog failed; it is asked again");
                }
            }
        }
        findings.saw(seen);
        findings.sweep();
    }

    /** Stops looking, and closes the probes that can be closed. */
    @Override
    public void close() {
        stop.countDown();
        for (AutoCloseable probe : closing) {
            try {
                probe.close();
            } catch (Exception e) {
                log.atWarn().setCause(e).log("a watchdog did not stop cleanly");
            }
        }
    }
}
