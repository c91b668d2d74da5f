package dev.weir.e2e.seed;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The client end of one WebSocket connection (RFC 6455) on one blocking socket, as bare as it gets:
 * it does exactly what it is told, so that it can also misbehave. It reads only while somebody is
 * in {@link #receive()}, buffers nothing else, and sends whatever bytes it is given.
 *
 * <p>Any number of threads may send; one at a time may receive.
 */
public final class WsPeer implements AutoCloseable {
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;
    public static final int FIN = 0x80;
    public static final int MASKED = 0x80;

    private static final int READ_BUFFER_BYTES = 16 << 10;
    private static final byte[] MASK = {0x5A, 0x3C, 0x16, 0x61};
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private final SocketChannel channel;
    private final ReentrantLock sending = new ReentrantLock();
    private final AtomicReference<byte @Nullable []> owedPong = new AtomicReference<>();
    private ByteBuffer in = ByteBuffer.allocate(READ_BUFFER_BYTES).flip();
    private ByteBuffer out = ByteBuffer.allocate(1 << 10);

    private WsPeer(SocketChannel channel) {
        this.channel = channel;
    }

    /** One frame as it arrived. The payload is valid until the next {@link WsPeer#receive()}. */
    public record Frame(int opcode, boolean fin, ByteBuffer payload) {
        /** The code of a close frame; 1005 when it has none (RFC 6455, 7.1.5). */
        public int closeCode() {
            if (opcode != CLOSE) {
                throw new IllegalStateException("not a close frame but opcode " + opcode);
            }
            return payload.remaining() < 2 ? 1005 : payload.getShort(payload.position()) & 0xFFFF;
        }
    }

    /** Connects to {@code ws://host:port/path} and completes the opening handshake. */
    public static WsPeer connect(URI uri) throws IOException {
        WsPeer peer = dial(uri);
        try {
            peer.send(request(uri));
            String response = peer.response();
            if (!response.startsWith("HTTP/1.1 101") || !response.contains(ACCEPT)) {
                throw new IOException(
                        uri + " was not upgraded: " + response.lines().findFirst().orElse(""));
            }
            return peer;
        } catch (IOException e) {
            peer.close();
            throw e;
        }
    }

    /** Connects the socket only; nothing is sent. */
    public static WsPeer dial(URI uri) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
            return new WsPeer(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The bytes of a correct opening request for this address. */
    public static byte[] request(URI uri) {
        return String.join("\r\n",
                        "GET " + uri.getRawPath() + " HTTP/1.1",
                        "Host: " + uri.getAuthority(),
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Key: " + KEY,
                        "Sec-WebSocket-Version: 13",
                        "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the answer to a request up to the empty line that ends its headers. */
    public String response() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            need(1);
            head.append((char) (in.get() & 0xFF));
        }
        return head.toString();
    }

    /** Sends one whole, masked message. Blocks while the network takes no more. */
    public void send(int opcode, byte[] payload) throws IOException {
        frame(FIN | opcode, payload, true);
    }

    /** Sends bytes as they are, well formed or not. */
    public void send(byte[] bytes) throws IOException {
        sending.lock();
        try {
            writeAll(ByteBuffer.wrap(bytes));
        } finally {
            sending.unlock();
        }
    }

    /** Sends one frame with the given first byte (FIN, RSV and opcode), masked or not. */
    public void frame(int firstByte, byte[] payload, boolean masked) throws IOException {
        sending.lock();
        try {
            write(firstByte, payload, masked);
        } finally {
            sending.unlock();
        }
        sendOwedPong();
    }

    /** Sends a close frame with a code and no reason. */
    public void sendClose(int code) throws IOException {
        send(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /**
     * Waits for the next data or close frame. Pings that come before it are answered on the way.
     *
     * @throws EOFException when the connection ended without a close frame
     */
    public Frame receive() throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.opcode == PING) {
                byte[] payload = new byte[frame.payload.remaining()];
                frame.payload.get(payload);
                owedPong.set(payload);
                sendOwedPong();
            } else if (frame.opcode != PONG) {
                return frame;
            }
        }
    }

    /** Reads and discards, answering pings, until a close frame comes, and returns its code. */
    public int awaitClose() throws IOException {
        Frame frame = receive();
        while (frame.opcode != CLOSE) {
            frame = receive();
        }
        return frame.closeCode();
    }

    /** Ends the connection with a reset instead of a FIN. */
    public void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    /** Ends the connection with a FIN and no close frame. */
    public void hangUp() throws IOException {
        channel.close();
    }

    /** Closes the socket, which may be closed already. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * Answers the latest ping (RFC 6455, 5.5.3) now, or leaves it to the thread that is sending, so
     * that a receiver never waits for a sender that is held back.
     */
    private void sendOwedPong() throws IOException {
        while (owedPong.get() != null && sending.tryLock()) {
            try {
                byte[] payload = owedPong.getAndSet(null);
                if (payload != null) {
                    write(FIN | PONG, payload, true);
                }
            } finally {
                sending.unlock();
            }
        }
    }

    private Frame next() throws IOException {
        need(2);
        int first = in.get() & 0xFF;
        long length = in.get() & 0x7F;
        if (length == 126) {
            need(2);
            length = in.getShort() & 0xFFFF;
        } else if (length == 127) {
            need(8);
            length = in.getLong();
        }
        int size = Math.toIntExact(length);
        need(size);
        ByteBuffer payload = in.slice(in.position(), size);
        in.position(in.position() + size);
        return new Frame(first & 0xF, (first & FIN) != 0, payload);
    }

    private void need(int bytes) throws IOException {
        if (in.remaining() >= bytes) {
            return;
        }
        if (in.capacity() < bytes) {
            in = ByteBuffer.allocate(bytes).put(in);
        } else {
            in.compact();
        }
        while (in.position() < bytes) {
            if (channel.read(in) < 0) {
                throw new EOFException("the connection ended without a close frame");
            }
        }
        in.flip();
    }

    private void write(int firstByte, byte[] payload, boolean masked) throws IOException {
        if (out.capacity() < payload.length + 14) {
            out = ByteBuffer.allocate(payload.length + 14);
        }
        out.clear().put((byte) firstByte);
        putLength(payload.length, masked ? MASKED : 0);
        if (masked) {
            out.put(MASK);
            for (int i = 0; i < payload.length; i++) {
                out.put((byte) (payload[i] ^ MASK[i & 3]));
            }
        } else {
            out.put(payload);
        }
        writeAll(out.flip());
    }

    private void putLength(int length, int maskBit) {
        if (length < 126) {
            out.put((byte) (maskBit | length));
        } else if (length < 1 << 16) {
            out.put((byte) (maskBit | 126)).putShort((short) length);
        } else {
            out.put((byte) (maskBit | 127)).putLong(length);
        }
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
