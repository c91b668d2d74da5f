package dev.weir.cli;

import dev.weir.Relay;
import dev.weir.TelemetryStart;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code weir train}: a short life of the relay with everything in it, for the JVM to watch. With
 * {@code java -XX:AOTCacheOutput=FILE} the JVM writes down which classes and methods it needed, and
 * a relay that is started with {@code -XX:AOTCache=FILE} is ready in half the time.
 */
@Command(
        name = "train",
        description = {
            "Pass messages through a relay on loopback; exit code 1 if one does not come back.",
            "java -XX:AOTCacheOutput=FILE -jar weir.jar train  makes a cache with which",
            "java -XX:AOTCache=FILE -jar weir.jar  starts faster."
        })
final class TrainCommand implements Callable<Integer> {

    /** What many configurations have, so that what reads and serves it is in the cache. */
    private static final String CONFIG =
            """
            listen: { host: 127.0.0.1, port: 0, close-deadline: 5s }
            admin: { host: 127.0.0.1, port: 0 }
            heartbeat: { ping: 25s, pong: 10s }
            drain: { deadline: 1s, jitter: 0s, ready-delay: off }
            routes:
              - name: keyed
                clients: /client/{key}
                workers: /worker/{key}
                wait: 30s
                queue: { messages: 1000, bytes: 1MiB, when-full: block }
              - name: pool
                clients: /pool
                workers: /work/pool
                on-worker-lost: reassign
                compression: on
            """;

    private final Shell shell;

    TrainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        TelemetryStart telemetry = TelemetryStart.begin(Versions.weir());
        Config config = new ConfigLoader().parse("train", CONFIG);
        try {
            return Foreground.run(config, "training", telemetry, shell, (relay, _) -> rehearse(relay));
        } catch (UncheckedIOException e) {
            shell.err().println("weir: the training failed: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }

    private static String rehearse(Relay relay) throws InterruptedException {
        try (Rehearsal rehearsal = new Rehearsal(relay.port(), relay.adminPort())) {
            rehearsal.play();
            return "none";
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
