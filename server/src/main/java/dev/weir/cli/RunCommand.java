package dev.weir.cli;

import dev.weir.TelemetryStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir run}: the relay in the foreground. */
@Command(
        name = "run",
        description = "Start the relay; SIGTERM or Ctrl-C drains it, a second one ends it at once.")
final class RunCommand implements Callable<Integer> {

    private final Shell shell;

    @Mixin private final ConfigOptions options = new ConfigOptions();

    RunCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Exception {
        return Foreground.run(options, TelemetryStart.begin(Versions.weir()), shell);
    }
}
