package dev.weir.cli;

import dev.weir.bench.ChurnRun;
import dev.weir.bench.ChurnRun.Churn;
import dev.weir.bench.ChurnRun.Ending;
import dev.weir.bench.IdleRun;
import dev.weir.bench.LatencyRun;
import dev.weir.bench.Load;
import dev.weir.bench.Side;
import dev.weir.bench.StallRun;
import dev.weir.bench.StallRun.Stall;
import dev.weir.bench.Surroundings;
import dev.weir.bench.ThroughputRun;
import dev.weir.config.ByteSize;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir bench}: puts load on a relay of any make, and checks what it forwards. */
@Command(
        name = "bench",
        description = "Put load on a relay of any make, check every message, and measure.",
        footer = {
            "",
            "Both ends of every pair are connections of this process. Ctrl-C prints the result so"
                    + " far.",
            BenchCommand.EXIT_CODES
        })
final class BenchCommand implements Callable<Integer> {

    static final String EXIT_CODES =
            "Exit codes: 0 all messages came as they should, 1 some did not or a connection was"
                    + " lost, 2 nothing could be measured or the command line is wrong.";

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not made by picocli");
        }
        throw new ParameterException(spec.commandLine(), "what shall be measured? "
                + String.join(", ", spec.subcommands().keySet()));
    }

    @Command(
            name = "throughput",
            description = "As many messages as go, with a window of them under way.",
            footer = {"", EXIT_CODES})
    static final class Throughput extends BenchMode {

        @Option(
                names = "--window",
                paramLabel = "N",
                defaultValue = "8",
                description = "Messages under way for each sender. Default: ${DEFAULT-VALUE}")
        private int window;

        Throughput(Shell shell) {
            super(shell);
        }

        @Override
        Run prepare(Load load, Surroundings surroundings) {
            return new ThroughputRun(load, window, surroundings)::run;
        }
    }

    @Command(
            name = "latency",
            description = "How long messages take at a rate that is kept whatever happens,"
                    + " counted from when each was due.",
            footer = {"", EXIT_CODES})
    static final class Latency extends BenchMode {

        @Option(
                names = "--rate",
                paramLabel = "N",
                defaultValue = "5000",
                description = "Messages a second, all together. Default: ${DEFAULT-VALUE}")
        private double rate;

        @Option(
                names = "--poisson",
                description = "Due at random, as from many independent senders; else evenly.")
        private boolean poisson;

        Latency(Shell shell) {
            super(shell);
        }

        @Override
        Run prepare(Load load, Surroundings surroundings) {
            return new LatencyRun(load, rate, poisson, surroundings)::run;
        }
    }

    @Command(
            name = "idle",
            description = "What it costs to connect, and to keep connections that say little.",
            footer = {"", EXIT_CODES})
    static final class Idle extends BenchMode {

        @Option(
                names = "--rate",
                paramLabel = "N",
                defaultValue = "0",
                description = "Messages a second, all together, while they are kept. Default:"
                        + " ${DEFAULT-VALUE}")
        private double rate;

        Idle(Shell shell) {
            super(shell);
        }

        @Override
        Run prepare(Load load, Surroundings surroundings) {
            return new IdleRun(load, rate, surroundings)::run;
        }
    }

    @Command(
            name = "stall",
            description = "One end stops reading while its mate sends on: what the relay takes for"
                    + " it, and what becomes of the others.",
            footer = {"", EXIT_CODES})
    static final class Stalled extends BenchMode {

        @Option(
                names = "--side",
                paramLabel = "SIDE",
                defaultValue = "worker",
                description = "Who stops reading: client or worker. Default: ${DEFAULT-VALUE}")
        private Side side = Side.WORKER;

        @Option(
                names = "--stall-size",
                paramLabel = "SIZE",
                defaultValue = "16KiB",
                description = "A message of its mate. Default: ${DEFAULT-VALUE}")
        private ByteSize size = new ByteSize(0);

        @Option(
                names = "--cap",
                paramLabel = "SIZE",
                defaultValue = "256MB",
                description = "Its mate sends no more than that. Default: ${DEFAULT-VALUE}")
        private ByteSize cap = new ByteSize(0);

        @Option(
                names = "--rate",
                paramLabel = "N",
                defaultValue = "5000",
                description = "Messages a second of the others, together. Default:"
                        + " ${DEFAULT-VALUE}")
        private double rate;

        @Option(
                names = "--baseline",
                paramLabel = "TIME",
                defaultValue = "3s",
                description = "How long the others are measured in calm. Default: ${DEFAULT-VALUE}")
        private Duration baseline = Duration.ZERO;

        @Option(
                names = "--resume",
                paramLabel = "TIME",
                defaultValue = "30s",
                description = "How long what was taken may need to come once it is read again."
                        + " Default: ${DEFAULT-VALUE}")
        private Duration resume = Duration.ZERO;

        Stalled(Shell shell) {
            super(shell);
        }

        @Override
        Run prepare(Load load, Surroundings surroundings) {
            Stall stall = new Stall(side, Math.clamp(size.bytes(), 0, Integer.MAX_VALUE),
                    cap.bytes(), rate, baseline, resume);
            return new StallRun(load, stall, surroundings)::run;
        }
    }

    @Command(
            name = "churn",
            description = "Pairs that connect, exchange messages, end, and come again.",
            footer = {"", EXIT_CODES})
    static final class Churning extends BenchMode {

        @Option(
                names = "--messages",
                paramLabel = "N",
                defaultValue = "4",
                description = "That each sender sends in a cycle. Default: ${DEFAULT-VALUE}")
        private int messages;

        @Option(
                names = "--ending",
                paramLabel = "HOW",
                defaultValue = "mixed",
                description = "close, reset or mixed. Default: ${DEFAULT-VALUE}")
        private Ending ending = Ending.MIXED;

        @Option(
                names = "--patience",
                paramLabel = "TIME",
                defaultValue = "5s",
                description = "What a cycle may take. Default: ${DEFAULT-VALUE}")
        private Duration patience = Duration.ZERO;

        Churning(Shell shell) {
            super(shell);
        }

        @Override
        Run prepare(Load load, Surroundings surroundings) {
            return new ChurnRun(load, new Churn(messages, ending, patience), surroundings)::run;
        }
    }
}
