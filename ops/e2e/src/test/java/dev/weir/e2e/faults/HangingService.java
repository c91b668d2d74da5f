package dev.weir.e2e.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes connections and the first bytes of each request, and never answers. */
final class HangingService implements AutoCloseable {

    private static final int BACKLOG = 4096;

    private final ServerSocket server;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();

    private HangingService(ServerSocket server) {
        this.server = server;
    }

    static HangingService start() throws IOException {
        HangingService service = new HangingService(
                new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
        Thread.ofPlatform().daemon().name("hanging-service").start(service::accept);
        return service;
    }

    int port() {
        return server.getLocalPort();
    }

    /** {@return how many connections have sent something} */
    int asked() {
        return asked.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> swallow(connection));
            }
        } catch (IOException e) {
            return; // Closed.
        }
    }

    private void swallow(Socket connection) {
        try {
            if (connection.getInputStream().read(new byte[4096]) > 0) {
                asked.incrementAndGet();
            }
        } catch (IOException e) {
            return; // The relay gave up.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
