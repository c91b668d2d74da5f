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
import org.jspecify.annotations.Nullable;

/** A relay of its own: {@code java -jar weir.jar run} on free ports, seen from outside only. */
final class WeirProcess implements AutoCloseable {

    private static final Path JAR =
            Path.of(System.getProperty("weir.jar", "../../server/target/weir.jar"));
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin/java").toString();
    private static final Duration START_DEADLINE = Duration.ofSeconds(30);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);

    private static final Pattern LISTENING = Pattern.compile("listening\\D*?on\\D*?[\\d.]+:(\\d+)");
    private static final Pattern ADMIN = Pattern.compile("admin\\D*?[\\d.]+:(\\d+)");

    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Integer> adminPort = new CompletableFuture<>();

    private WeirProcess(Process process) {
        this.process = process;
    }

    /** What to start it with; everything else is the relay's default. */
    record Launch(@Nullable String yaml, List<String> jvmArguments, Map<String, String> environment) {

        Launch() {
            this(null, List.of(), Map.of());
        }

        Launch config(String config) {
            return new Launch(config, jvmArguments, environment);
        }

        Launch jvm(String... arguments) {
            return new Launch(yaml, List.of(arguments), environment);
        }

        Launch environment(String name, String value) {
            return new Launch(yaml, jvmArguments, Map.of(name, value));
        }

        WeirProcess start() throws IOException, InterruptedException {
            return WeirProcess.start(this);
        }
    }

    static WeirProcess start() throws IOException, InterruptedException {
        return new Launch().start();
    }

    static WeirProcess start(String yaml) throws IOException, InterruptedException {
        return new Launch().config(yaml).start();
    }

    private static WeirProcess start(Launch launch) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("run", "--port", "0", "--admin-port", "0"));
        if (launch.yaml() != null) {
            var file = Files.createTempFile("weir", ".yaml");
            file.toFile().deleteOnExit();
            Files.writeString(file, launch.yaml());
            arguments.addAll(List.of("--config", file.toString()));
        }
        var weir = new WeirProcess(
                builder(launch.jvmArguments(), launch.environment(), arguments).start());
        Thread.ofVirtual().name("weir output").start(weir::readOutput);
        try {
            weir.port.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            weir.adminPort.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            weir.close();
            throw new IOException("the relay did not start:\n" + String.join("\n", weir.output()), e);
        }
        return weir;
    }

    /** A command that ends by itself: its exit code and everything it printed. */
    static Outcome run(String... arguments) throws IOException, InterruptedException {
        var process = builder(List.of(), Map.of(), List.of(arguments)).start();
        try {
            var output = CompletableFuture.supplyAsync(() -> process.inputReader().lines().toList());
            if (!process.waitFor(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("weir " + String.join(" ", arguments) + " does not end");
            }
            return new Outcome(process.exitValue(), output.join());
        } finally {
            process.destroyForcibly();
        }
    }

    record Outcome(int exitCode, List<String> output) {}

    private static ProcessBuilder builder(
            List<String> jvmArguments, Map<String, String> environment, List<String> arguments) {
        assertThat(JAR).as("the packaged relay (built by: mvn package)").exists();
        var command = new ArrayList<String>();
        command.add(JAVA);
        command.addAll(jvmArguments);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("WEIR_"));
        builder.environment().putAll(environment);
        return builder;
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
                    throw new AssertionError("no such line in:\n" + String.join("\n", output));
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

    /** Sends SIGTERM: asks the relay to drain and leave. */
    void terminate() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end; the exit code. */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running " + STOP_DEADLINE + " after it should have ended:\n"
                    + String.join("\n", output()));
        }
        return process.exitValue();
    }

    /** The orderly end, for a relay that should have nothing left to do. */
    void stop() throws InterruptedException {
        try (this) {
            terminate();
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
