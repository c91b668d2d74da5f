package dev.weir.ops.watch;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/** Garbage collections that stop the process for too long. */
public final class GcWatch implements Probe, AutoCloseable {

    private static final int CRITICAL_FACTOR = 5;

    /** These run beside the program; what of them stops it has a bean of its own. */
    private static final Pattern CONCURRENT = Pattern.compile(".*(Cycles|Concurrent GC)");

    private final Duration threshold;
    private final NotificationListener listener = this::heard;

    /** The longest pause since the last look; guarded by this, as the next. */
    private @Nullable GarbageCollectionNotificationInfo longest;

    private int pauses;

    /** A watch over this JVM's collectors; a pause of {@code threshold} or more is a finding. */
    public GcWatch(Duration threshold) {
        this.threshold = threshold;
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (bean instanceof NotificationEmitter emitter && pauses(bean.getName())) {
                emitter.addNotificationListener(listener, null, null);
            }
        }
    }

    static boolean pauses(String collector) {
        return !CONCURRENT.matcher(collector).matches();
    }

    private void heard(Notification notification, @Nullable Object handback) {
        if (notification.getUserData() instanceof CompositeData data) {
            heard(GarbageCollectionNotificationInfo.from(data));
        }
    }

    private synchronized void heard(GarbageCollectionNotificationInfo pause) {
        if (pause.getGcInfo().getDuration() < threshold.toMillis()) {
            return;
        }
        pauses++;
        if (longest == null
                || longest.getGcInfo().getDuration() < pause.getGcInfo().getDuration()) {
            longest = pause;
        }
    }

    @Override
    public synchronized List<Sighting> look() {
        GarbageCollectionNotificationInfo worst = longest;
        if (worst == null) {
            return List.of();
        }
        int count = pauses;
        longest = null;
        pauses = 0;
        long millis = worst.getGcInfo().getDuration();
        Runtime runtime = Runtime.getRuntime();
        return List.of(new Sighting(
                Kind.GC_PAUSE,
                "gc",
                Severity.of(millis, threshold.toMillis(), CRITICAL_FACTOR),
                Culprit.nobody(),
                "a garbage collection stopped everything for " + millis + " ms",
                Map.of(
                        "collector", worst.getGcName(),
                        "action", worst.getGcAction(),
                        "cause", worst.getGcCause(),
                        "pauseMillis", millis,
                        "pausesSinceLastLook", count,
                        "heapUsedBytes", runtime.totalMemory() - runtime.freeMemory(),
                        "heapMaxBytes", runtime.maxMemory())));
    }

    @Override
    public void close() throws ListenerNotFoundException {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (bean instanceof NotificationEmitter emitter && pauses(bean.getName())) {
                emitter.removeNotificationListener(listener);
            }
        }
    }
}
