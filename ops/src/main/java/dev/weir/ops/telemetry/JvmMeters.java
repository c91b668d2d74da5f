package dev.weir.ops.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.instrumentation.runtimetelemetry.RuntimeTelemetry;
import java.lang.management.ManagementFactory;
import java.util.List;
import jdk.management.VirtualThreadSchedulerMXBean;

/** What the Java runtime tells of itself: memory, collector, threads, classes, processor time. */
final class JvmMeters implements AutoCloseable {

    private final RuntimeTelemetry runtime;
    private final List<Runnable> ends;

    private JvmMeters(RuntimeTelemetry runtime, List<Runnable> ends) {
        this.runtime = runtime;
        this.ends = ends;
    }

    static JvmMeters start(OpenTelemetry sdk) {
        Meter meter = sdk.getMeter(Telemetry.SCOPE);
        VirtualThreadSchedulerMXBean scheduler =
                ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        return new JvmMeters(RuntimeTelemetry.create(sdk), List.of(
                meter.gaugeBuilder("weir.carrier.threads")
                        .setDescription("Platform threads that run virtual threads")
                        .setUnit("{thread}")
                        .ofLongs()
                        .buildWithCallback(to -> to.record(scheduler.getPoolSize()))
                        ::close,
                meter.gaugeBuilder("weir.carrier.queue")
                        .setDescription("Virtual threads that could run and wait for a carrier")
                        .setUnit("{thread}")
                        .ofLongs()
                        .buildWithCallback(to ->
                                to.record(scheduler.getQueuedVirtualThreadCount()))
                        ::close));
    }

    @Override
    public void close() {
        ends.forEach(Runnable::run);
        runtime.close();
    }
}
