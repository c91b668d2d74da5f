package dev.weir;

import dev.weir.ops.telemetry.Telemetry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The start of telemetry, on a thread beside the one that reads the configuration: each takes about
 * a fifth of a second of a cold JVM, and neither needs the other.
 */
public final class TelemetryStart {

    private final FutureTask<Telemetry> task;

    private TelemetryStart(String version) {
        task = new FutureTask<>(() -> Telemetry.start(version, InstantSource.system()));
    }

    /** Begins it, for this version of Weir. */
    public static TelemetryStart begin(String version) {
        TelemetryStart start = new TelemetryStart(version);
        Thread.ofPlatform().name("telemetry-start").daemon().start(start.task);
        return start;
    }

    /**
     * {@return the running telemetry}
     *
     * @throws IOException when its variables make no sense
     */
    public Telemetry await() throws IOException, InterruptedException {
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
