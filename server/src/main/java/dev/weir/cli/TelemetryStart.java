package dev.weir.cli;

import dev.weir.ops.telemetry.Telemetry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The start of telemetry, on a thread beside the one that reads the configuration: each takes about
 * a fifth of a second of a cold JVM, and neither needs the other.
 */
final class TelemetryStart {

    private final FutureTask<Telemetry> task = new FutureTask<>(
            () -> Telemetry.start(Versions.weir(), InstantSource.system()));

    private TelemetryStart() {}

    static TelemetryStart begin() {
        TelemetryStart start = new TelemetryStart();
        Thread.ofPlatform().name("telemetry-start").daemon().start(start.task);
        return start;
    }

    /**
     * {@return the running telemetry}
     *
     * @throws IOException when its variables make no sense
     */
    Telemetry await() throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new IOException(cause.getMessage(), cause);
            }
            throw new IllegalStateException("telemetry did not start", e.getCause());
        }
    }
}
