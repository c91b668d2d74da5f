package dev.weir.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir version}: what a bug report needs. */
@Command(name = "version", description = "Print the versions of Weir and of what it runs on.")
final class VersionCommand implements Callable<Integer> {

    private final Shell shell;

    VersionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        shell.out().println("weir   " + Versions.weir());
        shell.out().println("Java   " + Versions.java());
        shell.out().println("Jetty  " + Versions.jetty());
        shell.out().println("OS     " + Versions.system());
        return ExitCode.OK;
    }
}
