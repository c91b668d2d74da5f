package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command line {@code java -jar weir.jar ...} of the packaged relay. */
final class WeirCommand {

    private static final Path JAR =
            Path.of(System.getProperty("weir.jar", "../../server/target/weir.jar"));
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private WeirCommand() {}

    /** How a command ended: its exit code, and what it printed to stdout and stderr. */
    record Outcome(int exitCode, List<String> output) {

        String text() {
            return String.join("\n", output);
        }
    }

    /** Runs a command that ends by itself. */
    static Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(JAVA, arguments);
    }

    /** Runs a command that ends by itself, with these variables. */
    static Outcome run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var command = builder(List.of(), List.of(arguments));
        command.environment().putAll(environment);
        return outcome(command);
    }

    /** Runs a command that ends by itself, with another Java than that of the tests. */
    static Outcome run(Path java, String... arguments) throws IOException, InterruptedException {
        return outcome(builder(java, List.of(), List.of(arguments)));
    }

    /** Runs what ends by itself. */
    static Outcome outcome(ProcessBuilder command) throws IOException, InterruptedException {
        var process = command.start();
        try {
            var output = CompletableFuture.supplyAsync(
                    () -> process.inputReader().lines().toList());
            if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(String.join(" ", command.command()) + " does not end");
            }
            return new Outcome(process.exitValue(), output.join());
        } finally {
            process.destroyForcibly();
        }
    }

    /** The command, yet to be started, in an environment without settings for the relay. */
    static ProcessBuilder builder(List<String> jvmArguments, List<String> arguments) {
        return builder(JAVA, jvmArguments, arguments);
    }

    private static ProcessBuilder builder(
            Path java, List<String> jvmArguments, List<String> arguments) {
        assertThat(JAR).as("the packaged relay, which the module `server` builds").exists();
        var command = new ArrayList<String>();
        command.add(java.toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("WEIR_"));
        return builder;
    }
}
