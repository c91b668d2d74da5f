package dev.weir.cli;

import dev.weir.bench.ChurnRun.Ending;
import dev.weir.bench.Content;
import dev.weir.bench.Direction;
import dev.weir.bench.Order;
import dev.weir.bench.Side;
import dev.weir.config.ByteSize;
import dev.weir.config.ConfigException;
import dev.weir.config.Units;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The {@code weir} command line. */
public final class Cli {

    private Cli() {}

    /**
     * Runs a command to its end.
     *
     * @return the exit code: 0, 1, or 78 for a mistake in the configuration or the command line,
     *     unless the command's help tells others
     */
    public static int run(Shell shell, String... args) {
        Ansi colours = shell.terminal() ? Ansi.AUTO : Ansi.OFF;
        CommandLine weir =
                command(new WeirCommand(shell))
                        .addSubcommand(command(new RunCommand(shell)))
                        .addSubcommand(command(new CheckCommand(shell)))
                        .addSubcommand(command(new HealthCommand(shell)))
                        .addSubcommand(command(new DoctorCommand(shell)))
                        .addSubcommand(bench(shell))
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
                .exitCodeOnInvalidInput(ExitCode.CONFIG)
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this.")
                                .build());
        return command;
    }

    private static CommandLine bench(Shell shell) {
        CommandLine bench = command(new BenchCommand())
                .addSubcommand(command(new BenchCommand.Throughput(shell)))
                .addSubcommand(command(new BenchCommand.Latency(shell)))
                .addSubcommand(command(new BenchCommand.Idle(shell)))
                .addSubcommand(command(new BenchCommand.Stalled(shell)))
                .addSubcommand(command(new BenchCommand.Churning(shell)))
                .registerConverter(Order.class, text -> word(Order.class, text))
                .registerConverter(Content.class, text -> word(Content.class, text))
                .registerConverter(Direction.class, text -> word(Direction.class, text))
                .registerConverter(Side.class, text -> word(Side.class, text))
                .registerConverter(Ending.class, text -> word(Ending.class, text))
                .registerConverter(ByteSize.class, text -> amount(ByteSize::parse, text))
                .registerConverter(Duration.class, text -> amount(Units::parseDuration, text));
        bench.getCommandSpec().exitCodeOnInvalidInput(BenchMode.NOTHING_MEASURED);
        bench.getSubcommands().values().forEach(mode ->
                mode.getCommandSpec().exitCodeOnInvalidInput(BenchMode.NOTHING_MEASURED));
        return bench;
    }

    private static <E extends Enum<E>> E word(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
                return constant;
            }
        }
        throw new TypeConversionException("there is no \"" + text + "\"");
    }

    private static <T> T amount(Function<String, T> parser, String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
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
        return command.getCommandSpec().exitCodeOnInvalidInput();
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
