package dev.weir.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody else's HTTP server, on a port of its own, for as long as a test needs it. */
final class Server implements AutoCloseable {

    private static final Duration START_DEADLINE = Duration.ofMinutes(1);
    private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(20);

    private final Process process;
    private final URI base;
    /** Not 2: there are servers that answer 400 to the offer to upgrade. */
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Server(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    /** Starts a server that listens on this port and waits until it answers this path with 200. */
    static Server start(List<String> command, Path log, int port, String ready)
            throws IOException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var server = new Server(process, URI.create("http://127.0.0.1:" + port));
        try {
            await().atMost(START_DEADLINE).ignoreExceptions().until(() ->
                    server.send(HttpRequest.newBuilder(server.uri(ready))) != null);
        } catch (RuntimeException e) {
            server.close();
            throw new IOException(command.getFirst() + " did not start; see " + log, e);
        }
        return server;
    }

    /** A port that nobody had just now. */
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** What it answers. */
    JsonNode get(String path) throws IOException, InterruptedException {
        return JsonMapper.shared().readTree(send(HttpRequest.newBuilder(uri(path))));
    }

    /** What it answers to this JSON. */
    JsonNode post(String path, String json) throws IOException, InterruptedException {
        return JsonMapper.shared().readTree(send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))));
    }

    private URI uri(String path) {
        return URI.create(base + path);
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(
                request.timeout(ANSWER_DEADLINE).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        http.shutdownNow();
    }
}
