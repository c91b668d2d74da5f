package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A relay of its own: {@code java -jar weir.jar run} on free ports, seen from outside only. */
final class WeirProcess implements AutoCloseable {

    private static final Duration START_DEADLINE = Duration.ofSeconds(30);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(45);

    // In the banner for people and in the JSON log alike.
    private static final Pattern LISTENING = Pattern.compile("\\blisten.*?ws://[^\\s\"/]*:(\\d+)");
    private static final Pattern ADMIN = Pattern.compile("\\badmin\\b.*?http://[^\\s\"/]*:(\\d+)");

    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Integer> adminPort = new CompletableFuture<>();

    private WeirProcess(Process process) {
        this.process = process;
    }

    /** Starts it with the embedded defaults. */
    static WeirProcess start() throws IOException, InterruptedException {
        return start(List.of());
    }

    /** Starts it with that config file, which stays. */
    static WeirProcess start(Path config) throws IOException, InterruptedException {
        return start(List.of("--config", config.toString()));
    }

    /** Starts it with a config file of this content. */
    static WeirProcess start(String yaml, String... jvmArguments)
            throws IOException, InterruptedException {
        return startWith(Map.of(), yaml, jvmArguments);
    }

    /** Starts it with these variables, and a config file of this content. */
    static WeirProcess startWith(
            Map<String, String> environment, String yaml, String... jvmArguments)
            throws IOException, InterruptedException {
        var file = Files.createTempFile("weir", ".yaml");
        try {
            Files.writeString(file, yaml);
            return start(environment, List.of("--config", file.toString()), jvmArguments);
        } finally {
            Files.delete(file);
        }
    }

    private static WeirProcess start(List<String> flags, String... jvmArguments)
            throws IOException, InterruptedException {
        return start(Map.of(), flags, jvmArguments);
    }

    private static WeirProcess start(
            Map<String, String> environment, List<String> flags, String... jvmArguments)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("run", "--port", "0", "--admin-port", "0"));
        arguments.addAll(flags);
        var builder = WeirCommand.builder(List.of(jvmArguments), arguments);
        builder.environment().putAll(environment);
        var weir = new WeirProcess(builder.start());
        Thread.ofVirtual().name("weir output").start(weir::readOutput);
        try {
            weir.port.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            weir.adminPort.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            weir.close();
            throw new IOException("the relay did not start:\n" + weir.text(), e);
        }
        return weir;
    }

    int port() {
        return port.join();
    }

    URI url(String path) {
        return URI.create("ws://127.0.0.1:" + port.join() + path);
    }

    Admin admin() {
        return new Admin(URI.create("http://127.0.0.1:" + adminPort.join()));
    }

    /** The lines printed so far, to stdout and stderr. */
    List<String> output() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    private String text() {
        return String.join("\n", output());
    }

    /** Waits for a line. */
    String awaitLine(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + Inbox.DEADLINE.toNanos();
        synchronized (output) {
            while (true) {
                var line = output.stream().filter(wanted).findFirst();
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (line.isPresent()) {
                    return line.get();
                }
                if (leftMillis <= 0) {
                    throw new AssertionError("no such line in:\n" + text());
                }
                output.wait(leftMillis);
            }
        }
    }

    /** How many files and sockets the relay has open (Linux). */
    int openFileDescriptors() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc", String.valueOf(process.pid()), "fd"))) {
            return (int) descriptors.count();
        }
    }

    void signal(Signal signal) throws IOException, InterruptedException {
        signal.sendTo(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end; the exit code. */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + STOP_DEADLINE + ":\n" + text());
        }
        return process.exitValue();
    }

    /** The orderly end, for a relay that should have nothing left to do. */
    void stop() throws IOException, InterruptedException {
        try (this) {
            signal(Signal.TERM);
            assertThat(awaitExit()).as("exit code, after %s", output()).isZero();
        }
    }

    /** Ends the process whatever it does; no statement about how it ends. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void readOutput() {
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                findPort(LISTENING, line, port);
                findPort(ADMIN, line, adminPort);
                synchronized (output) {
                    output.add(line);
                    output.notifyAll();
                }
            }
        } catch (IOException e) {
            port.completeExceptionally(e);
        }
        port.completeExceptionally(new IOException("the relay ended"));
        adminPort.completeExceptionally(new IOException("the relay ended"));
    }

    private static void findPort(Pattern pattern, String line, CompletableFuture<Integer> port) {
        var matcher = pattern.matcher(line);
        if (matcher.find()) {
            port.complete(Integer.valueOf(matcher.group(1)));
        }
    }
}
