package dev.weir.e2e.seed;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Any relay, started by a command in which {@code {port}} and {@code {admin}} are filled in. */
final class RelayProcess implements AutoCloseable {
    private static final Duration START_DEADLINE = Duration.ofSeconds(30);
    private static final long STOP_DEADLINE_SECONDS = 10;

    private final Process process;
    private final int port;
    private final @Nullable URI sessions;

    private RelayProcess(Process process, int port, @Nullable URI sessions) {
        this.process = process;
        this.port = port;
        this.sessions = sessions;
    }

    /** Starts it by the shell, its output going to this file, and waits until it listens. */
    static RelayProcess start(String command, File log) throws IOException {
        int port = freePort();
        int admin = freePort();
        String filled = command.replace("{port}", Integer.toString(port))
                .replace("{admin}", Integer.toString(admin));
        Process process = new ProcessBuilder("/bin/sh", "-c", "exec " + filled)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        URI sessions = command.contains("{admin}")
                ? URI.create("http://127.0.0.1:" + admin + "/sessions")
                : null;
        RelayProcess relay = new RelayProcess(process, port, sessions);
        relay.awaitListening(command, log);
        return relay;
    }

    int port() {
        return port;
    }

    Footprint footprint() {
        return new Footprint(process.pid(), sessions);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join()
                .destroyForcibly();
    }

    private void awaitListening(String command, File log) throws IOException {
        long end = System.nanoTime() + START_DEADLINE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException notYet) {
                LockSupport.parkNanos(50_000_000);
            }
        }
        process.destroyForcibly();
        throw new IOException("did not listen: " + command + " (its output is in " + log + ")");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
