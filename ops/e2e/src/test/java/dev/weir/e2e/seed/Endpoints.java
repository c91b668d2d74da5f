package dev.weir.e2e.seed;

import java.net.URI;

/** Where a relay meets its peers on this machine: clients and workers of a key belong together. */
public record Endpoints(int port) {

    public URI client(String key) {
        return URI.create("ws://127.0.0.1:" + port + "/client/" + key);
    }

    public URI worker(String key) {
        return URI.create("ws://127.0.0.1:" + port + "/worker/" + key);
    }
}
