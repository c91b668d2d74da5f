package dev.weir.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A program that tests files. One that is not installed skips the test that asks for it, and fails
 * it where {@code CI=true} promises that everything is there.
 */
final class Tool {

    /** Scripts and their packages, of a lock file of their own. */
    private static final Path LINT = Path.of("src/test/lint").toAbsolutePath();

    private static final long DEADLINE_SECONDS = 180;

    private final Path directory;
    private final List<String> command;

    private Tool(Path directory, List<String> command) {
        this.directory = directory;
        this.command = command;
    }

    /** A program of the system. */
    static Tool of(String name, String... arguments) {
        return new Tool(Path.of("").toAbsolutePath(), command(onPath(name), arguments));
    }

    /** A script of {@code src/test/lint}, or a program of the packages there. */
    static Tool lint(String script, String... arguments) throws IOException, InterruptedException {
        var node = onPath("node");
        if (!Files.exists(LINT.resolve("node_modules/.package-lock.json"))) {
            var install = new Tool(LINT, List.of(onPath("npm"), "ci", "--ignore-scripts"));
            var outcome = install.run("");
            if (outcome.exitCode() != 0) {
                throw missing("the packages of " + LINT + ": " + outcome.text());
            }
        }
        return new Tool(LINT, Stream.concat(
                Stream.of(node), command(script, arguments).stream()).toList());
    }

    /** To start it as one likes, with its errors where its output goes. */
    ProcessBuilder builder() {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true);
    }

    /** Runs it to its end. */
    WeirCommand.Outcome run(String input) throws IOException, InterruptedException {
        var in = Files.createTempFile("weir", ".in");
        var out = Files.createTempFile("weir", ".out");
        try {
            Files.writeString(in, input);
            var process = builder()
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " does not end");
            }
            return new WeirCommand.Outcome(
                    process.exitValue(), Files.readAllLines(out, StandardCharsets.UTF_8));
        } finally {
            Files.delete(in);
            Files.delete(out);
        }
    }

    private static List<String> command(String program, String... arguments) {
        return Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
    }

    private static String onPath(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> missing("no " + name + " in PATH"))
                .toString();
    }

    private static RuntimeException missing(String what) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(what);
        }
        return new TestAbortedException(what);
    }
}
