package dev.weir.connectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A NATS server with JetStream; on Debian it is in the package nats-server. */
public final class NatsServer extends Broker {

    private static final String CONFIGURATION = "nats.conf";

    /** Writes its configuration, with something added to it. */
    public NatsServer(Path directory, String configuration) throws IOException {
        require(onPath("nats-server"),
                "NATS is not installed here (Debian: apt-get install nats-server)");
        int port = freePort();
        Files.writeString(directory.resolve(CONFIGURATION), """
                listen: "127.0.0.1:%d"
                max_payload: 8MB
                jetstream { store_dir: "%s" }
                %s
                """.formatted(port, directory.resolve("data"), configuration));
        super("NATS", port,
                new ProcessBuilder("nats-server", "-c", CONFIGURATION)
                        .directory(directory.toFile()),
                directory.resolve("server.out"),
                socket -> socket.getInputStream().read() == 'I'); // INFO
    }
}
