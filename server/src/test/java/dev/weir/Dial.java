package dev.weir;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** How a {@link RawPeer} connects: a correct handshake, and whatever a test wants to be wrong. */
final class Dial {

    private final int port;
    private final Consumer<AutoCloseable> opened;
    private final List<String> more = new ArrayList<>();
    private String requestLine;
    private String host = "Host: relay.example";
    private String upgrade = "Upgrade: websocket";
    private String connection = "Connection: Upgrade";
    private String version = "Sec-WebSocket-Version: 13";
    private String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    private String from = "127.0.0.1";
    private int receiveBuffer;
    private boolean stalled;
    private boolean silent;
    private byte[] behind = {};

    /** A dial to that port and path; each connection is told to {@code opened}, to close it. */
    Dial(int port, String path, Consumer<AutoCloseable> opened) {
        this.port = port;
        this.opened = opened;
        this.requestLine = "GET " + path + " HTTP/1.1";
    }

    Dial method(String method) {
        requestLine = method + requestLine.substring(requestLine.indexOf(' '));
        return this;
    }

    /** Adds a header. */
    Dial header(String line) {
        more.add(line);
        return this;
    }

    Dial subprotocols(String offered) {
        return header("Sec-WebSocket-Protocol: " + offered);
    }

    /** Replaces the header of that name, or leaves it out when the line is empty. */
    Dial instead(String name, String line) {
        switch (name) {
            case "Host" -> host = line;
            case "Upgrade" -> upgrade = line;
            case "Connection" -> connection = line;
            case "Sec-WebSocket-Version" -> version = line;
            case "Sec-WebSocket-Key" -> key = line;
            default -> throw new IllegalArgumentException(name);
        }
        return this;
    }

    /** Connects from that loopback address. */
    Dial from(String address) {
        from = address;
        return this;
    }

    /** Reads nothing after the handshake, until {@link RawPeer#read}; its kernel takes little. */
    Dial stalled() {
        stalled = true;
        receiveBuffer = 64 * 1024; // a segment of loopback; below it TCP crawls
        return this;
    }

    /** Answers no ping and no close frame. */
    Dial silent() {
        silent = true;
        return this;
    }

    /** Sends that in one packet with the handshake. */
    Dial behind(byte[] bytes) {
        behind = bytes;
        return this;
    }

    /** {@return the peer} Fails when the handshake is refused. */
    RawPeer open() throws IOException {
        Socket socket = connect();
        BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
        HttpAnswer answer = request(socket, in);
        if (answer.status() != 101) {
            throw new AssertionError(requestLine + " was answered with " + answer);
        }
        return new RawPeer(socket, in, answer, silent, !stalled);
    }

    /** {@return what the handshake is answered with} */
    HttpAnswer answer() throws IOException {
        try (Socket socket = connect()) {
            return request(socket, new BufferedInputStream(socket.getInputStream()));
        }
    }

    private HttpAnswer request(Socket socket, BufferedInputStream in) throws IOException {
        byte[] head = head();
        byte[] all = new byte[head.length + behind.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(behind, 0, all, head.length, behind.length);
        socket.getOutputStream().write(all);
        return HttpAnswer.read(in);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        opened.accept(socket);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) RawPeer.PATIENCE.toMillis());
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private byte[] head() {
        List<String> lines = new ArrayList<>(
                List.of(requestLine, host, upgrade, connection, version, key));
        lines.addAll(more);
        lines.removeIf(String::isEmpty);
        return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
