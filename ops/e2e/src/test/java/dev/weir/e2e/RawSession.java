package dev.weir.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** A session on a bare socket that reads nothing and answers nothing, unless it is told to. */
final class RawSession implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("(?im)^Weir-Session: *(\\S+)");
    private static final int RECEIVE_BUFFER = 64 * 1024;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final String head;
    private volatile boolean ended;

    private RawSession(Socket socket, String head) {
        this.socket = socket;
        this.head = head;
    }

    static RawSession open(WeirProcess weir, String path) throws IOException {
        return open(weir.port(), path);
    }

    static RawSession open(int port, String path) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: relay.example\r\n"
                        + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no answer to the handshake: " + head);
            }
            head.append((char) next);
        }
        return new RawSession(socket, head.toString());
    }

    String id() {
        var id = ID.matcher(head);
        if (!id.find()) {
            throw new AssertionError("no session id in:\n" + head);
        }
        return id.group(1);
    }

    /** Sends messages of about 16 KiB until the connection ends; returns at once. */
    void flood() {
        var frame = new byte[4 + 4 + 0x4000];
        frame[0] = (byte) 0x82; // binary, whole; masked with zeroes
        frame[1] = (byte) (0x80 | 126);
        frame[2] = 0x40;
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (!ended) {
                    socket.getOutputStream().write(frame);
                }
            } catch (IOException e) {
                ended = true; // and nobody asks why
            }
        });
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
