package dev.weir.e2e.seed;

import java.net.URI;

/** Where a relay meets its peers: two address templates in which {@code {key}} names the pair. */
public record Endpoints(String client, String worker) {

    /** The two paths of Weir's default route on this port of the loopback interface. */
    public static Endpoints onPort(int port) {
        return new Endpoints("ws://127.0.0.1:{port}/client/{key}", "ws://127.0.0.1:{port}/worker/{key}")
                .withPort(port);
    }

    /** Fills in {@code {port}}. */
    Endpoints withPort(int port) {
        return new Endpoints(
                client.replace("{port}", Integer.toString(port)),
                worker.replace("{port}", Integer.toString(port)));
    }

    public URI client(String key) {
        return URI.create(client.replace("{key}", key));
    }

    public URI worker(String key) {
        return URI.create(worker.replace("{key}", key));
    }
}
