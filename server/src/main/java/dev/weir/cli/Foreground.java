package dev.weir.cli;

import dev.weir.Relay;
import dev.weir.TelemetryStart;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.LogConfig;
import dev.weir.config.Units;
import dev.weir.ops.log.Logging;
import dev.weir.ops.systemd.Systemd;
import dev.weir.ops.telemetry.Telemetry;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.LossWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** One life of the relay: start, say where it is, wait for a signal, drain. */
final class Foreground {

    private static final Logger log = LoggerFactory.getLogger(Foreground.class);

    private Foreground() {}

    /** What a relay lives through between its start and its drain. */
    @FunctionalInterface
    interface Life {
        /** Lets it run, and {@return the signal that ends it} */
        String live(Relay relay, StopSignals signals) throws InterruptedException;
    }

    /** Runs the relay until a signal has drained it, and {@return the exit code} */
    static int run(ConfigOptions options, TelemetryStart start, Shell shell)
            throws ConfigException, InterruptedException {
        Config config = options.load(shell.environment());
        String source = options.file(shell.environment()).map(Path::toString).orElse("defaults");
        return run(config, source, start, shell, (relay, signals) -> {
            try (ConfigReload _ = ConfigReload.start(relay, options, shell)) {
                return signals.await();
            }
        });
    }

    /**
     * Runs the relay for this life, drains it, and {@return the exit code}
     *
     * @param source of the config, for people
     */
    static int run(Config config, String source, TelemetryStart start, Shell shell, Life life)
            throws InterruptedException {
        LogConfig.Format format = format(config.log(), shell);
        try (Logging logging = Logging.start(word(format), word(config.log().level()));
                Telemetry telemetry = start.await();
                Systemd systemd = Systemd.of(shell.environment())) {
            telemetry.sendLog();
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
            Thread.setDefaultUncaughtExceptionHandler(Foreground::uncaught);
            // Before the start: who stops a relay that is still starting means it, too.
            StopSignals signals = StopSignals.install();
            Relay relay = Relay.start(
                    config, new Relay.Hosting(Versions.weir(), source), telemetry);
            relay.onDrainRequested(() -> signals.request("POST /drain"));
            relay.watch().add(new LossWatch(
                    Kind.LOG_LOSS, "lines of the log", logging::dropped, logging::lastFailure));
            relay.watch().add(new LossWatch(
                    Kind.TELEMETRY_LOSS, "spans and log records", telemetry::lost,
                    telemetry::lastFailure));
            announce(new Banner(config, relay.port(), relay.adminPort()), format, shell);
            systemd.ready(() -> status(relay), relay::beats);
            String signal = life.live(relay, signals);
            systemd.stopping(relay.longestDrain());
            log.atInfo()
                    .addKeyValue("signal", signal)
                    .addKeyValue("deadline", Units.format(config.drain().deadline()))
                    .log("draining; a second signal stops at once");
            relay.drain();
            return ExitCode.OK;
        } catch (IOException e) {
            shell.err().println("weir: cannot start: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }

    /** On standard output, where JSON lines must stay alone. */
    private static void announce(Banner banner, LogConfig.Format format, Shell shell) {
        if (format == LogConfig.Format.CONSOLE) {
            banner.print(shell.out());
        } else {
            banner.log(log);
        }
    }

    /** What {@code systemctl status} shows. */
    private static String status(Relay relay) {
        String sessions = relay.liveSessions() + " sessions";
        return relay.draining() ? "draining, " + sessions : sessions;
    }

    private static void uncaught(Thread thread, Throwable e) {
        log.atError().setCause(e).addKeyValue("failed", thread.getName()).log("a thread failed");
    }

    private static LogConfig.Format format(LogConfig log, Shell shell) {
        if (log.format() != LogConfig.Format.AUTO) {
            return log.format();
        }
        return shell.terminal() ? LogConfig.Format.CONSOLE : LogConfig.Format.JSON;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
