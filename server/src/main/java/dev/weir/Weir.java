package dev.weir;

import dev.weir.cli.Cli;
import dev.weir.cli.Shell;

/** The process. */
public final class Weir {

    private Weir() {}

    /** Runs the command line and exits with its code, whatever threads are left. */
    public static void main(String[] args) {
        System.exit(Cli.run(Shell.ofProcess(), args));
    }
}
