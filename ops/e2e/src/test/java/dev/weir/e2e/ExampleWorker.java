package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/** The worker of an example for a connector: its script, in a process of its own. */
final class ExampleWorker implements AutoCloseable {

    private final Process process;

    private ExampleWorker(Process process) {
        this.process = process;
    }

    /** Starts it; returns when it says that it is ready. */
    static ExampleWorker python(String example, String module, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                python(module), Example.EXAMPLES.resolve(example).resolve("worker.py").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var worker = new ExampleWorker(process);
        var ready = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(process.inputReader().readLine());
            } catch (IOException e) {
                return e.toString();
            }
        }, Thread::startVirtualThread);
        try {
            assertThat(ready.get(Inbox.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("ready");
        } catch (Exception | AssertionError e) {
            worker.close();
            throw e;
        }
        return worker;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join(); // SIGKILL: within moments
    }

    private static String python(String module) throws InterruptedException {
        try {
            return Peers.python(module);
        } catch (IOException e) {
            String reason = "no python3 with " + module + " here: " + e.getMessage();
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(reason, e);
            }
            throw new TestAbortedException(reason);
        }
    }
}
