package dev.weir.ops.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long virtual threads wait until they get to run: what the lag of the event loop is elsewhere.
 * Ten times a second a platform thread asks a virtual one to run, and the virtual one says how late
 * it is. While it does not answer, the platform thread looks who occupies the carriers; that is the
 * culprit.
 */
public final class CarrierWatch implements Probe, AutoCloseable {

    private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Answers that are remembered: ten seconds. */
    private static final int REMEMBERED = 100;

    /** Times that the carriers are looked at between two looks of the watch. */
    private static final int SAMPLES_MAX = 10;

    private static final int STACKS_SHOWN = 4;
    private static final int CRITICAL_FACTOR = 5;
    private static final long NOT_ASKED = Long.MIN_VALUE;

    private final long thresholdNanos;
    private final LongFunction<@Nullable Culprit> owners;
    private final LongSupplier nanoClock;
    private final CountDownLatch stop = new CountDownLatch(1);

    /** When the virtual thread was asked to run; it answers by setting this back. */
    private final AtomicLong askedAt = new AtomicLong(NOT_ASKED);

    private final AtomicLong worstSinceLook = new AtomicLong();
    private final AtomicLongArray delays = new AtomicLongArray(REMEMBERED);

    /** Written by the answering thread alone. */
    private int answers;

    private volatile @Nullable Thread answering;

    /** Guarded by this. */
    private final List<List<Mounted>> samples = new ArrayList<>();

    /**
     * A watch over the carriers of this JVM.
     *
     * @param threshold a delay from which on they count as starved
     * @param owners whose thread that is, by its id; null when it is nobody's in particular
     */
    public CarrierWatch(
            Duration threshold,
            LongFunction<@Nullable Culprit> owners,
            LongSupplier nanoClock) {
        this.thresholdNanos = threshold.toNanos();
        this.owners = owners;
        this.nanoClock = nanoClock;
    }

    /** Begins to ask. */
    public void start() {
        answering = Thread.ofVirtual().name("watch-answers").start(this::answer);
        Thread.ofPlatform().name("watch-carriers").daemon().start(this::ask);
    }

    private void ask() {
        long last = nanoClock.getAsLong();
        try {
            while (!stop.await(ASK_NANOS, TimeUnit.NANOSECONDS)) {
                long now = nanoClock.getAsLong();
                // Late ourselves: the whole process stood still, and that says nothing of carriers.
                boolean frozen = now - last > ASK_NANOS + thresholdNanos / 2;
                last = now;
                long asked = askedAt.get();
                if (asked == NOT_ASKED) {
                    askedAt.set(now);
                    LockSupport.unpark(answering);
                } else if (frozen) {
                    askedAt.compareAndSet(asked, now);
                } else if (now - asked >= thresholdNanos / 2) {
                    sample();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sample() {
        List<Mounted> mounted = Mounted.now();
        synchronized (this) {
            if (samples.size() < SAMPLES_MAX) {
                samples.add(mounted);
            }
        }
    }

    private void answer() {
        while (stop.getCount() > 0) {
            long asked = askedAt.get();
            if (asked == NOT_ASKED) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    return;
                }
            } else {
                long delay = nanoClock.getAsLong() - asked;
                if (askedAt.compareAndSet(asked, NOT_ASKED)) {
                    delays.set(answers++ % REMEMBERED, delay);
                    worstSinceLook.accumulateAndGet(delay, Math::max);
                }
            }
        }
    }

    /** {@return the longest delay of the last ten seconds, in seconds} */
    public double delaySeconds() {
        long worst = outstanding();
        for (int i = 0; i < REMEMBERED; i++) {
            worst = Math.max(worst, delays.get(i));
        }
        return worst / 1e9;
    }

    private long outstanding() {
        long asked = askedAt.get();
        return asked == NOT_ASKED ? 0 : nanoClock.getAsLong() - asked;
    }

    @Override
    public List<Sighting> look() {
        long delay = Math.max(outstanding(), worstSinceLook.getAndSet(0));
        if (outstanding() >= thresholdNanos) {
            sample(); // it goes on
        }
        List<Mounted> caught;
        int looks;
        synchronized (this) {
            caught = samples.stream().flatMap(List::stream).toList();
            looks = samples.size();
            samples.clear();
        }
        return delay < thresholdNanos ? List.of() : List.of(sighting(delay, caught, looks));
    }

    private Sighting sighting(long delay, List<Mounted> caught, int looks) {
        Map<Long, Integer> timesById = new HashMap<>();
        caught.forEach(mounted -> timesById.merge(mounted.threadId(), 1, Integer::sum));
        // Of each thread its last stack, the thread that was there most often first.
        Map<Long, Mounted> lastById = new LinkedHashMap<>();
        caught.forEach(mounted -> lastById.put(mounted.threadId(), mounted));
        List<Mounted> worstFirst = lastById.values().stream()
                .sorted(Comparator.<Mounted>comparingInt(
                        mounted -> timesById.getOrDefault(mounted.threadId(), 0)).reversed())
                .toList();
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("delayMillis", delay / 1_000_000);
        evidence.put("looks", looks);
        evidence.put("onCarriers", worstFirst.stream()
                .limit(STACKS_SHOWN)
                .map(mounted -> Map.of(
                        "thread", nameOf(mounted),
                        "timesSeen", timesById.getOrDefault(mounted.threadId(), 0),
                        "stack", mounted.stack()))
                .toList());
        return new Sighting(
                Kind.CARRIER_STARVATION,
                "carriers",
                Severity.of(delay, thresholdNanos, CRITICAL_FACTOR),
                worstFirst.isEmpty() ? Culprit.nobody() : culpritOf(worstFirst.getFirst()),
                "virtual threads waited " + Wording.time(delay) + " for a carrier",
                evidence);
    }

    private Culprit culpritOf(Mounted mounted) {
        Culprit owner = owners.apply(mounted.threadId());
        return owner == null
                ? Culprit.nobody().in("virtual-" + mounted.threadId(), mounted.stack())
                : owner.in(owner.thread(), mounted.stack());
    }

    private String nameOf(Mounted mounted) {
        String name = culpritOf(mounted).thread();
        return name == null ? "virtual-" + mounted.threadId() : name;
    }

    @Override
    public void close() {
        stop.countDown();
        LockSupport.unpark(answering);
    }
}
