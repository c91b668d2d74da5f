package dev.weir;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket server behind the relay, on bare sockets. */
final class Backend implements AutoCloseable {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

    /** Status line of its refusal; empty when it refuses nobody. */
    volatile String refusal = "";

    /** Subprotocol that it chooses; empty is none. */
    volatile String subprotocol = "";

    /** Whether it reads the connections to come, or only when the test asks for it. */
    volatile boolean reading = true;

    /**
     * One connection of the relay.
     *
     * @param peer its WebSocket
     * @param path what it asked for
     * @param headers of its handshake
     */
    record Connection(RawPeer peer, String path, HttpAnswer headers) {}

    private Backend(ServerSocket server) {
        this.server = server;
    }

    /** {@return one at any free port} */
    static Backend start() throws IOException {
        return start(0);
    }

    static Backend start(int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.setReceiveBufferSize(64 * 1024);
        try {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Backend backend = new Backend(server);
        Thread.ofPlatform().daemon().name("backend").start(backend::accept);
        return backend;
    }

    int port() {
        return server.getLocalPort();
    }

    String url(String path) {
        return "ws://127.0.0.1:" + port() + path;
    }

    /** {@return the relay's next connection} */
    Connection next() throws InterruptedException {
        Connection next =
                connections.poll(RawPeer.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError("the relay did not connect");
        }
        return next;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofPlatform().daemon().start(() -> greet(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void greet(Socket socket) {
        try {
            socket.setTcpNoDelay(true);
            BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
            HttpAnswer request = HttpAnswer.readRequest(in);
            if (request.body().isEmpty()) {
                return; // only looked whether somebody is there
            }
            if (!refusal.isEmpty()) {
                answer(socket, refusal, "Content-Length: 0");
                socket.close();
                return;
            }
            answer(socket, "101 Switching Protocols", "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: " + accept(request.header("Sec-WebSocket-Key")),
                    subprotocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol);
            connections.add(new Connection(
                    RawPeer.server(socket, in, reading), request.body(), request));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(Socket socket, String status, String... headers)
            throws IOException {
        StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        for (String header : headers) {
            answer.append(header).append(header.isEmpty() ? "" : "\r\n");
        }
        socket.getOutputStream().write(
                answer.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(
                    sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Vanishes with all its connections. */
    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
