package dev.weir.e2e.faults;

import dev.weir.connectors.Broker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A worker that echoes and that can be told to misbehave: a script among the peers, in a process
 * of its own, with a ledger of its work that survives it. One thread at a time.
 */
final class Worker implements AutoCloseable {

    private static final long FLAP_NANOS = 700_000_000;

    /** What Python and Node say when a package is not installed. */
    private static final Pattern MISSING =
            Pattern.compile("ModuleNotFoundError|ERR_MODULE_NOT_FOUND");

    private final List<String> command = new ArrayList<>();
    private final Path ledger;
    private final Path errors;
    private @Nullable Process process;
    private @Nullable Thread flapping;

    /** The script with these arguments, and its ledger as the last one; not started. */
    Worker(String script, String... arguments) throws IOException {
        ledger = Files.createTempFile("ledger", ".txt");
        ledger.toFile().deleteOnExit();
        errors = Files.createTempFile("errors", ".txt");
        errors.toFile().deleteOnExit();
        command.addAll(List.of(interpreter(script), "src/test/peers/" + script));
        command.addAll(List.of(arguments));
        command.add(ledger.toString());
    }

    /** Starts it; returns when it is ready. */
    void start() throws IOException {
        Process started = new ProcessBuilder(command)
                .directory(directory().toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
        process = started;
        String said = lineStarting(started, "ready");
        if (said == null) {
            String why = command + " did not get ready: " + Files.readString(errors);
            Broker.require(!MISSING.matcher(why).find(), why);
            throw new IOException(why);
        }
    }

    private static String interpreter(String script) {
        if (script.endsWith(".mjs")) {
            return "node";
        }
        Path debian = Path.of("/usr/bin/python3"); // The only one that sees Debian's packages.
        return Files.isExecutable(debian) ? debian.toString() : "python3";
    }

    /** Where this module is, whether a test or a command was started. */
    private static Path directory() {
        Path module = Path.of("ops/e2e");
        return Files.isDirectory(module) ? module : Path.of("").toAbsolutePath();
    }

    /** Tells it how to behave; returns when it does. */
    void behave(String how) throws IOException {
        Process running = process;
        if (running == null) {
            throw new IOException("the worker does not run");
        }
        Writer in = running.outputWriter(StandardCharsets.UTF_8);
        in.write(how + "\n");
        in.flush();
        if (lineStarting(running, "now " + how) == null) {
            throw new IOException("the worker ended instead of being told " + how);
        }
    }

    private static @Nullable String lineStarting(Process process, String wanted)
            throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        while (line != null && !line.startsWith(wanted)) {
            line = out.readLine(); // Ready again, after its broker was gone.
        }
        return line;
    }

    /** Fails and is well by turns, until {@link #stopFlapping}. */
    void flap() {
        flapping = Thread.ofVirtual().start(() -> {
            try {
                while (!Thread.interrupted()) {
                    behave("fails");
                    LockSupport.parkNanos(FLAP_NANOS);
                    behave("well");
                    LockSupport.parkNanos(FLAP_NANOS);
                }
            } catch (IOException e) {
                throw new IllegalStateException("the worker is gone", e);
            }
        });
    }

    void stopFlapping() throws InterruptedException {
        Thread thread = flapping;
        if (thread != null) {
            thread.interrupt();
            thread.join();
        }
    }

    /** Ends it at once. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            running.onExit().join();
            process = null;
        }
    }

    /** {@return what is in its ledger: a line with message and id for each delivery} */
    Deliveries deliveries() throws IOException {
        Map<String, List<String>> ids = new HashMap<>();
        for (String line : Files.readAllLines(ledger)) {
            String[] words = line.split(" ", 2);
            ids.computeIfAbsent(words[0], _ -> new ArrayList<>())
                    .add(words.length < 2 ? "" : words[1]);
        }
        return new Deliveries(ids);
    }

    @Override
    public void close() {
        kill();
    }
}
