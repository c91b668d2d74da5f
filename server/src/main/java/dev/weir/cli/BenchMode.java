package dev.weir.cli;

import dev.weir.SystemClock;
import dev.weir.bench.BenchException;
import dev.weir.bench.HtmlReport;
import dev.weir.bench.Load;
import dev.weir.bench.Progress;
import dev.weir.bench.Report;
import dev.weir.bench.Result;
import dev.weir.bench.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One command of {@code weir bench}: runs it, and tells what it has found. */
abstract class BenchMode implements Callable<Integer> {

    /** Nothing could be measured, or the command line is wrong. */
    static final int NOTHING_MEASURED = 2;

    /** Back to the start of the line, and the rest of it away: ECMA-48. */
    private static final String CLEAR = "\r\033[K";

    private final Shell shell;

    @Spec private @Nullable CommandSpec spec;

    @Mixin private final BenchOptions options = new BenchOptions();

    BenchMode(Shell shell) {
        this.shell = shell;
    }

    /** A run that is ready to begin. */
    @FunctionalInterface
    interface Run {
        /** Runs it to its end. */
        Result run() throws IOException, BenchException;
    }

    /**
     * {@return the run that the options ask for}
     *
     * @throws IllegalArgumentException if they make no sense
     */
    abstract Run prepare(Load load, Surroundings surroundings);

    @Override
    public final Integer call() {
        try {
            Run run;
            try {
                options.checkFiles();
                run = prepare(options.load(), surroundings());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
            }
            return tell(new Report(run.run(), SystemClock.time().instant(), options.about()));
        } catch (BenchException | IOException e) {
            shell.err().println((shell.terminal() ? CLEAR : "") + "weir: " + e.getMessage());
            return NOTHING_MEASURED;
        }
    }

    private picocli.CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("not made by picocli");
        }
        return spec.commandLine();
    }

    private Surroundings surroundings() {
        StopSignals signals = StopSignals.install();
        Progress progress = shell.terminal() ? new Progress(this::show) : Progress.silent();
        return new Surroundings(SystemClock.nanos(), signals::stopping, progress, options.relay(),
                RandomGenerator.getDefault());
    }

    private void show(String line) {
        shell.err().print(CLEAR + line);
        shell.err().flush();
    }

    private int tell(Report report) throws IOException {
        if (shell.terminal()) {
            show("");
        }
        shell.out().print(report.text());
        shell.out().flush();
        Path json = options.json();
        if (json != null) {
            Files.writeString(json, report.json() + "\n");
        }
        Path page = options.report();
        if (page != null) {
            Files.writeString(page, HtmlReport.of(report));
        }
        return report.result().violations().total() == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }
}
