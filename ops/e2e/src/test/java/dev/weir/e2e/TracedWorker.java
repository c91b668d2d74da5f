package dev.weir.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A service behind the HTTP connector that tells a collector what it does: Node with the SDK that
 * its users take. It answers in capitals.
 */
final class TracedWorker implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("src/test/peers").toAbsolutePath();
    private static final String READY = "ready ";

    private final Process process;
    private final String url;

    private TracedWorker(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** Starts it; its spans go to that receiver of OTLP over HTTP. */
    static TracedWorker start(String collector) throws Exception {
        Installed.file(
                DIRECTORY.resolve("node_modules/@opentelemetry"),
                "npm --prefix ops/e2e/src/test/peers ci --ignore-scripts");
        var process = new ProcessBuilder(
                        Installed.program("node", "nodejs"),
                        DIRECTORY.resolve("traced_worker.cjs").toString(),
                        collector)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var line = CompletableFuture
                    .supplyAsync(() -> firstLineOf(process), Thread::startVirtualThread)
                    .get(Inbox.DEADLINE.toSeconds(), TimeUnit.SECONDS);
            if (!line.startsWith(READY)) {
                throw new IOException("the worker did not start: " + line);
            }
            return new TracedWorker(
                    process, "http://127.0.0.1:" + line.substring(READY.length()) + "/work");
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String firstLineOf(Process process) {
        try {
            return String.valueOf(process.inputReader().readLine());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Where messages are posted to. */
    String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join(); // SIGKILL: within moments
    }
}
