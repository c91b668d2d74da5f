package dev.weir.e2e.seed;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.TimeUnit;

/**
 * A client in a process of its own. When the process is stopped its connection stays as it is, but
 * nobody answers any more: what a relay sees of a peer that lost its network or froze.
 */
final class StoppableClient implements AutoCloseable {
    private static final String READY = "connected";

    private final Process process;

    private StoppableClient(Process process) {
        this.process = process;
    }

    /** Run in the other process: connects, sends one message, and reads until the connection ends. */
    public static void main(String[] args) throws IOException {
        try (WsPeer peer = WsPeer.connect(URI.create(args[0]))) {
            peer.send(WsPeer.TEXT, new byte[0]);
            System.out.println(READY);
            peer.awaitClose();
        }
    }

    /** Returns when the client is connected. */
    static StoppableClient start(URI uri) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "-cp", classes(), StoppableClient.class.getName(), uri.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        if (!READY.equals(output.readLine())) {
            process.destroyForcibly();
            throw new IOException("the client process did not connect to " + uri);
        }
        return new StoppableClient(process);
    }

    /** SIGSTOP: not one more instruction, not one more byte, no FIN. */
    void stop() throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("kill -STOP failed");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String classes() throws IOException {
        try {
            return new File(StoppableClient.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .getPath();
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
