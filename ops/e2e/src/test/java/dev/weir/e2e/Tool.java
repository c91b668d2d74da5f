package dev.weir.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that checks files; {@link Installed} says what happens where it is missing. */
final class Tool {

    /** Scripts and their packages, of a lock file of their own. */
    private static final Path LINT = Path.of("src/test/lint").toAbsolutePath();

    private static final long DEADLINE_SECONDS = 180;

    private final Path directory;
    private final List<String> command;

    private Tool(Path directory, String program, String... arguments) {
        this.directory = directory;
        this.command = Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
    }

    /** A program of the system, which this Debian package has. */
    static Tool of(String name, String debianPackage, String... arguments) {
        var program = Installed.program(name, debianPackage);
        return new Tool(Path.of("").toAbsolutePath(), program, arguments);
    }

    /** Node with a script of {@code src/test/lint} or of the packages there. */
    static Tool lint(String... arguments) {
        Installed.file(
                LINT.resolve("node_modules/.package-lock.json"),
                "npm --prefix ops/e2e/src/test/lint ci --ignore-scripts");
        return new Tool(LINT, Installed.program("node", "nodejs"), arguments);
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
}
