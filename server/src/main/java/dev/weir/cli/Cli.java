package dev.weir.cli;

import dev.weir.config.ConfigException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The {@code weir} command line. */
public final class Cli {

    private Cli() {}

    /**
     * Runs a command to its end.
     *
     * @return the exit code: 0, 1, or 78 for a mistake in the configuration or the command line
     */
    public static int run(Shell shell, String... args) {
        Ansi colours = shell.terminal() ? Ansi.AUTO : Ansi.OFF;
        CommandLine weir =
                command(new WeirCommand(shell))
                        .addSubcommand(command(new RunCommand(shell)))
                        .addSubcommand(command(new CheckCommand(shell)))
                        .addSubcommand(command(new HealthCommand(shell)))
                        .addSubcommand(command(new DoctorCommand(shell)))
                        .addSubcommand(command(new TrainCommand(shell)))
                        .addSubcommand(command(new VersionCommand(shell)));
        return weir.setOut(shell.out())
                .setErr(shell.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(colours))
                .setExpandAtFiles(false)
                .setExecutionStrategy(Cli::execute)
                .setParameterExceptionHandler(Cli::misused)
                .setExecutionExceptionHandler(Cli::failed)
                .execute(args);
    }

    private static CommandLine command(Callable<Integer> action) {
        CommandLine command = new CommandLine(action);
        command.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this.")
                                .build());
        return command;
    }

    /** Flags of {@code weir} are those of {@code weir run}: a mistake before another command. */
    private static int execute(ParseResult parsed) {
        if (parsed.hasSubcommand() && !parsed.matchedOptions().isEmpty()) {
            throw new ParameterException(
                    parsed.subcommand().commandSpec().commandLine(),
                    parsed.matchedOptions().getFirst().longestName()
                            + " must come after "
                            + parsed.subcommand().commandSpec().name());
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("weir: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.CONFIG;
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (e instanceof ConfigException config) {
            config.problems().forEach(err::println);
            return ExitCode.CONFIG;
        }
        e.printStackTrace(err);
        return ExitCode.FAILURE;
    }
}
