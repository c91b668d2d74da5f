package dev.weir.connectors;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * A real broker on loopback, in a process of its own, with its data in a directory of the test. It
 * has its port from the beginning, and is not started. One thread at a time.
 */
public abstract class Broker implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int SOCKET_MILLIS = 5_000;
    private static final long END_SECONDS = 30;
    private static final int FIRST_PORT = 15_000;
    private static final int LAST_PORT = 32_000;

    private final String title;
    private final int port;
    private final ProcessBuilder command;
    private final Path log;
    private final Greeting greeting;
    private @Nullable Process process;

    /** How it is seen that a broker takes connections, and not only its port. */
    interface Greeting {
        boolean isAnswered(Socket socket) throws IOException;
    }

    /**
     * Not started.
     *
     * @param title for error messages
     * @param command what starts it, in its directory
     * @param log gets what it prints
     */
    Broker(String title, int port, ProcessBuilder command, Path log, Greeting greeting) {
        this.title = title;
        this.port = port;
        this.command = command.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        this.log = log;
        this.greeting = greeting;
    }

    /** {@return where it listens on loopback} */
    public final int port() {
        return port;
    }

    /** {@return what it printed} */
    public final String log() throws IOException {
        return Files.readString(log);
    }

    /**
     * Starts it, or starts it again after {@link #kill} with the same data; returns when it takes
     * connections.
     */
    public void start() throws IOException {
        Process started = command.start();
        process = started;
        try {
            await().atMost(START).pollInterval(LOOK)
                    .until(() -> !started.isAlive() || listens());
        } catch (ConditionTimeoutException e) {
            kill();
            throw new IOException(title + " did not get ready: " + log(), e);
        }
        if (!started.isAlive()) {
            throw new IOException(title + " did not start: " + log());
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    SOCKET_MILLIS);
            socket.setSoTimeout(SOCKET_MILLIS);
            return greeting.isAnswered(socket);
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it with kill -9, and what it started; it may be started again. */
    public final void kill() {
        Process running = process;
        if (running != null) {
            List<ProcessHandle> descendants = running.descendants().toList();
            running.destroyForcibly().onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** Freezes its process; returns when all its threads stand still. */
    public final void freeze() throws IOException {
        long pid = signal("-STOP");
        await().pollInterval(LOOK).until(() -> standsStill(pid));
    }

    private static boolean standsStill(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
            for (Path thread : threads.toList()) {
                if (!Files.readString(thread.resolve("stat")).contains(") T ")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Lets it go on. */
    public final void thaw() throws IOException {
        signal("-CONT");
    }

    /** Ends it for good. */
    @Override
    public void close() {
        kill();
    }

    private long signal(String signal) throws IOException {
        long pid = Objects.requireNonNull(process, "not started").pid();
        new ProcessBuilder("kill", signal, String.valueOf(pid)).start()
                .onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
        return pid;
    }

    /**
     * Skips the test where something is not installed, and fails it where {@code CI=true} promises
     * that it is.
     */
    public static void require(boolean installed, String orElse) {
        if (installed) {
            return;
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(orElse);
        }
        throw new TestAbortedException(orElse);
    }

    static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    /**
     * {@return a port of loopback that nobody has} Below those that the kernel gives to outgoing
     * connections, so that none of them has it while the broker is down.
     */
    public static int freePort() throws IOException {
        int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
        while (!isFree(port)) {
            port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
        }
        return port;
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException taken) {
            return false;
        }
    }
}
