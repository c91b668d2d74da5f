package dev.weir.ops.watch;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Something of which there is only so much, and of which nearly all is used. */
public final class ShareWatch implements Probe {

    private static final int CRITICAL_PERCENT = 95;

    /**
     * What there is only so much of.
     *
     * @param what it is, as in "memory of queues"
     * @param unit of both numbers
     * @param used now
     * @param limit of it
     */
    public record Resource(
            Kind kind, String what, String unit, LongSupplier used, LongSupplier limit) {}

    private final Resource resource;
    private final int percent;
    private final int everyNthLook;
    private final Supplier<Culprit> culprit;
    private final Supplier<Map<String, Object>> evidence;
    private int looks;
    private List<Sighting> last = List.of();

    /**
     * A watch over a resource.
     *
     * @param percent used from which on it is a finding; from 95 on it is critical
     * @param everyNthLook asks only so often, where asking costs
     * @param culprit who uses the most; asked only when there is a finding, as is the evidence
     */
    public ShareWatch(
            Resource resource,
            int percent,
            int everyNthLook,
            Supplier<Culprit> culprit,
            Supplier<Map<String, Object>> evidence) {
        this.resource = resource;
        this.percent = percent;
        this.everyNthLook = everyNthLook;
        this.culprit = culprit;
        this.evidence = evidence;
    }

    /** {@return the files and sockets of this process; on a system that tells, which Linux does} */
    public static Resource openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                ? new Resource(Kind.OPEN_FILES, "open files", "",
                        os::getOpenFileDescriptorCount, os::getMaxFileDescriptorCount)
                : new Resource(Kind.OPEN_FILES, "open files", "", () -> 0, () -> Long.MAX_VALUE);
    }

    @Override
    public List<Sighting> look() {
        if (looks++ % everyNthLook == 0) {
            long used = resource.used().getAsLong();
            long limit = resource.limit().getAsLong();
            last = used >= limit / 100.0 * percent ? List.of(sighting(used, limit)) : List.of();
        }
        return last;
    }

    private Sighting sighting(long used, long limit) {
        Map<String, Object> all = new HashMap<>(evidence.get());
        all.put("used", used);
        all.put("limit", limit);
        boolean critical = used >= limit / 100.0 * CRITICAL_PERCENT;
        return new Sighting(
                resource.kind(),
                resource.what(),
                critical ? Severity.CRITICAL : Severity.WARNING,
                culprit.get(),
                (resource.what() + ": " + used + " of " + limit + " " + resource.unit()).strip()
                        + " are in use",
                all);
    }
}
