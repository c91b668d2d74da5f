package dev.weir.ops.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Virtual threads that wait without leaving their carrier: in native code, or while a class is
 * initialised. The JVM tells through one event of the flight recorder, which is on for this event
 * alone; it needs a temporary directory that can be written.
 */
public final class PinWatch implements Probe, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PinWatch.class);

    private static final String PINNED = "jdk.VirtualThreadPinned";
    private static final int CRITICAL_FACTOR = 10;

    /** Pins that are remembered until the next look. */
    private static final int REMEMBERED = 20;

    private static final long STREAM_BYTES = 1024 * 1024;

    private record Pin(long nanos, long threadId, String operation, List<String> stack) {}

    private final Duration threshold;
    private final LongFunction<@Nullable Culprit> owners;

    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    /** Guarded by this. */
    private final List<Pin> pins = new ArrayList<>();

    private @Nullable RecordingStream stream;
    private boolean closed;

    /**
     * A watch that has not started.
     *
     * @param threshold a wait of so long is a finding
     * @param owners whose thread that is, by its id; null when it is nobody's in particular
     */
    public PinWatch(Duration threshold, LongFunction<@Nullable Culprit> owners) {
        this.threshold = threshold;
        this.owners = owners;
    }

    /**
     * Begins to listen, on a thread of its own: the flight recorder takes its time to start. Where
     * it cannot, that is logged, and no pins are found.
     */
    public void start() {
        Thread.ofPlatform().name("watch-pins-start").daemon().start(() -> {
            try {
                open();
            } catch (RuntimeException | NoClassDefFoundError | ExceptionInInitializerError e) {
                log.atWarn().setCause(e).log("pinned threads are not watched: no flight recorder");
            }
        });
    }

    @SuppressWarnings("MustBeClosedChecker") // It lives as long as this.
    private void open() {
        RecordingStream opened = new RecordingStream();
        opened.setMaxSize(STREAM_BYTES);
        opened.setReuse(true);
        opened.enable(PINNED).withThreshold(threshold).withStackTrace();
        opened.onEvent(PINNED, this::heard);
        opened.onError(e -> log.atWarn().setCause(e).log("an event of the flight recorder"));
        synchronized (this) {
            if (!closed) {
                stream = opened;
                opened.startAsync();
                return;
            }
        }
        opened.close();
    }

    private void heard(RecordedEvent event) {
        RecordedThread thread = event.getThread("eventThread");
        String operation = event.hasField("blockingOperation")
                ? String.valueOf(event.getString("blockingOperation"))
                : "";
        String reason = event.hasField("pinnedReason")
                ? String.valueOf(event.getString("pinnedReason"))
                : "";
        Pin pin = new Pin(
                event.getDuration().toNanos(),
                thread == null ? -1 : thread.getJavaThreadId(),
                (operation + ": " + reason),
                stackOf(event.getStackTrace()));
        count.increment();
        nanos.add(pin.nanos());
        synchronized (this) {
            if (pins.size() < REMEMBERED) {
                pins.add(pin);
            }
        }
    }

    private static List<String> stackOf(@Nullable RecordedStackTrace trace) {
        return trace == null
                ? List.of()
                : trace.getFrames().stream()
                        .filter(RecordedFrame::isJavaFrame)
                        .map(PinWatch::text)
                        .toList();
    }

    private static String text(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        return method.getType().getName() + "." + method.getName() + "(line "
                + frame.getLineNumber() + ")";
    }

    /** {@return how many there were since the start, of those that were long enough} */
    public long count() {
        return count.sum();
    }

    /** {@return how long those lasted, all together, in seconds} */
    public double seconds() {
        return nanos.sum() / 1e9;
    }

    @Override
    public synchronized List<Sighting> look() {
        // Equal stacks are one finding: the same place pins many threads.
        Map<List<String>, Sighting> worst = new LinkedHashMap<>();
        for (Pin pin : pins) {
            worst.merge(pin.stack(), sighting(pin), (a, b) -> millis(a) >= millis(b) ? a : b);
        }
        pins.clear();
        return List.copyOf(worst.values());
    }

    private static long millis(Sighting sighting) {
        return sighting.evidence().get("millis") instanceof Long millis ? millis : 0;
    }

    private Sighting sighting(Pin pin) {
        Culprit owner = owners.apply(pin.threadId());
        Culprit culprit = owner == null ? Culprit.nobody() : owner;
        String thread = culprit.thread() == null ? "virtual-" + pin.threadId() : culprit.thread();
        return new Sighting(
                Kind.PINNED_THREAD,
                "pinned " + Integer.toHexString(pin.stack().hashCode()),
                Severity.of(pin.nanos(), threshold.toNanos(), CRITICAL_FACTOR),
                culprit.in(thread, pin.stack()),
                "a virtual thread held its carrier for " + pin.nanos() / 1_000_000
                        + " ms while it waited",
                Map.of("millis", pin.nanos() / 1_000_000, "operation", pin.operation()));
    }

    @Override
    public void close() {
        RecordingStream open;
        synchronized (this) {
            closed = true;
            open = stream;
            stream = null;
        }
        if (open != null) {
            open.close();
        }
    }
}
