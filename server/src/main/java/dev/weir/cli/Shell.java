package dev.weir.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What started the command.
 *
 * @param environment variables of the process
 * @param out standard output
 * @param err standard error
 * @param terminal whether a person reads along
 */
public record Shell(
        Map<String, String> environment, PrintWriter out, PrintWriter err, boolean terminal) {

    public Shell {
        environment = Map.copyOf(environment);
    }

    /** {@return the one of this process} */
    @SuppressWarnings("SystemConsoleNull") // It is null, when there is no terminal.
    public static Shell ofProcess() {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        return new Shell(System.getenv(), out, err, terminal);
    }
}
