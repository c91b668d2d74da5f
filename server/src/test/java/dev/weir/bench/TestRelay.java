package dev.weir.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The smallest relay: a thread per connection copies its frames to the other of the same key. Does
 * one wrong thing, once, if it is told to.
 */
final class TestRelay implements AutoCloseable {

    /** The message, of those that one connection sends, with which it goes wrong. */
    static final int WRONG = 20;

    /** What it does to that message. */
    enum Fault {
        NONE,
        LOSE,
        DOUBLE,
        /** Sends it after the next one. */
        SWAP,
        /** Changes one byte of its body. */
        DAMAGE,
        /** Changes a digit of its stamp into another digit. */
        MISCOUNT,
        /** Leaves out its last byte. */
        SHORTEN,
        /** Sends text as binary. */
        RETYPE,
        /** Sends it to the wrong side of its pair. */
        RETURN,
        /** Sends it with a mask, which a server must not. */
        MASK,
        /** Ends its pair instead. */
        HANG_UP
    }

    private static final int CLOSE = 8;

    private final ServerSocket server;
    private final Fault fault;
    private final boolean fragments;
    private final Map<String, CompletableFuture<Link>> links = new ConcurrentHashMap<>();

    /** @param fragments whether each message is sent in three frames with a ping among them */
    TestRelay(Fault fault, boolean fragments) throws IOException {
        this.fault = fault;
        this.fragments = fragments;
        server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url(String path) {
        return "ws://127.0.0.1:" + server.getLocalPort() + path;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
            links.clear();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(
                    new BufferedInputStream(socket.getInputStream()));
            String path = handshake(in, socket.getOutputStream());
            if (path == null) {
                return;
            }
            String side = path.startsWith("/client/") ? "c" : "w";
            String key = path.substring(path.lastIndexOf('/') + 1);
            Link own = new Link(socket);
            link(side + key).complete(own);
            Link other = link(("c".equals(side) ? "w" : "c") + key).get(10, TimeUnit.SECONDS);
            boolean wrong = "c".equals(side) && key.endsWith("-0");
            new Copy(in, own, other, wrong ? fault : Fault.NONE).run();
        } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
            // One of the two is gone.
            return;
        }
    }

    private CompletableFuture<Link> link(String name) {
        return links.computeIfAbsent(name, _ -> new CompletableFuture<>());
    }

    private static @Nullable String handshake(DataInputStream in, OutputStream out)
            throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
        }
        String path = "";
        String accept = "";
        for (String line : head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1)) {
            if (line.startsWith("GET ")) {
                path = line.split(" ", -1)[1];
            } else if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key: ")) {
                accept = accept(line.substring(line.indexOf(' ') + 1));
            }
        }
        boolean known = path.startsWith("/client/") || path.startsWith("/worker/");
        String answer = known
                ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n"
                : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
        return known ? path : null;
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(
                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                            .getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Where frames for a peer go; written by two threads. */
    private final class Link {
        private final Socket socket;

        Link(Socket socket) {
            this.socket = socket;
        }

        synchronized void send(int opcode, byte[] payload) throws IOException {
            boolean split = fragments && opcode < CLOSE && payload.length > 2;
            int cut = payload.length / 3;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (split) {
                frame(out, opcode, payload, 0, cut);
                frame(out, 0, payload, cut, 2 * cut);
                frame(out, 0x89, new byte[] {'?'}, 0, 1);
                frame(out, 0x80, payload, 2 * cut, payload.length);
            } else {
                frame(out, 0x80 | opcode, payload, 0, payload.length);
            }
            socket.getOutputStream().write(out.toByteArray());
        }

        synchronized void sendMasked(int opcode, byte[] payload) throws IOException {
            socket.getOutputStream().write(new byte[] {
                (byte) (0x80 | opcode), (byte) (0x80 | payload.length), 0, 0, 0, 0});
            socket.getOutputStream().write(payload);
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void frame(
                ByteArrayOutputStream out, int first, byte[] bytes, int from, int to) {
            int length = to - from;
            out.write(first);
            if (length < 126) {
                out.write(length);
            } else if (length < 1 << 16) {
                out.write(126);
                out.write(length >>> 8);
                out.write(length);
            } else {
                out.write(127);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    out.write((int) ((long) length >>> shift));
                }
            }
            out.write(bytes, from, length);
        }
    }

    /** Reads one connection and writes the other. */
    private static final class Copy {
        private final DataInputStream in;
        private final Link own;
        private final Link other;
        private final Fault fault;
        private byte @Nullable [] held;
        private int count;

        Copy(DataInputStream in, Link own, Link other, Fault fault) {
            this.in = in;
            this.own = own;
            this.other = other;
            this.fault = fault;
        }

        void run() throws IOException {
            try {
                for (int first = in.read(); first >= 0; first = in.read()) {
                    int opcode = first & 15;
                    byte[] payload = payload();
                    if (opcode == CLOSE) {
                        own.send(CLOSE, payload);
                        return;
                    } else if (opcode < CLOSE) {
                        pass(opcode, payload);
                    }
                }
            } finally {
                other.close();
            }
        }

        private byte[] payload() throws IOException {
            long length = in.read() & 127;
            length = length == 126 ? in.readUnsignedShort()
                    : length == 127 ? in.readLong() : length;
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i & 3];
            }
            return payload;
        }

        private void pass(int opcode, byte[] payload) throws IOException {
            if (held != null) {
                other.send(opcode, payload);
                other.send(opcode, held);
                held = null;
            } else if (count++ == WRONG) {
                passWrongly(opcode, payload);
            } else {
                other.send(opcode, payload);
            }
        }

        private void passWrongly(int opcode, byte[] payload) throws IOException {
            switch (fault) {
                case NONE -> other.send(opcode, payload);
                case LOSE -> { }
                case DOUBLE -> {
                    other.send(opcode, payload);
                    other.send(opcode, payload);
                }
                case SWAP -> held = payload;
                case DAMAGE -> {
                    payload[payload.length - 1] ^= 1;
                    other.send(opcode, payload);
                }
                case MISCOUNT -> {
                    payload[10] = (byte) (payload[10] == '3' ? '4' : '3');
                    other.send(opcode, payload);
                }
                case SHORTEN -> other.send(
                        opcode, Arrays.copyOf(payload, payload.length - 1));
                case RETYPE -> other.send(3 - opcode, payload);
                case RETURN -> own.send(opcode, payload);
                case MASK -> other.sendMasked(opcode, payload);
                case HANG_UP -> other.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
