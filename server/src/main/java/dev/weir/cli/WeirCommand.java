package dev.weir.cli;

import dev.weir.TelemetryStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir}: without a command it is {@code weir run}. */
@Command(
        name = "weir",
        description = "A WebSocket relay: brings web clients and workers together.",
        footer = {
            "",
            "Without a command: run.",
            "Exit codes: 0 good, 1 failed, 78 a mistake in configuration or command line."
        })
final class WeirCommand implements Callable<Integer> {

    private final Shell shell;

    @Mixin private final ConfigOptions options = new ConfigOptions();

    WeirCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Exception {
        return Foreground.run(options, TelemetryStart.begin(Versions.weir()), shell);
    }
}
