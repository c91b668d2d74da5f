package dev.weir.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.QueueConfig;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.WireReader;
import dev.weir.queue.WireReader.WireFrame;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.server.WebSocketUpgradeHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Jetty takes a run of frames for one frame. These tests read what it then writes to a socket, and
 * fail should another Jetty do something else with such a frame.
 */
class RunFrameTest {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final String HANDSHAKE = String.join("\r\n",
            "GET / HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "");

    private final BufferPool pool = new BufferPool(8 << 20);
    private final Outbox outbox =
            new Outbox(QueueConfig.defaults(), pool, System::nanoTime);
    private final CompletableFuture<CoreSession> opened = new CompletableFuture<>();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final List<WireFrame> sent = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        WebSocketUpgradeHandler handler = new WebSocketUpgradeHandler();
        handler.addMapping("/*", (request, response, callback) -> new Opener());
        server.setHandler(handler);
        server.start();
        outbox.attach(() -> {});
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void aRunOfMessagesOfAllSizesIsACorrectStream() throws Exception {
        Random random = new Random(3);
        for (int size : new int[] {5, 0, 1, 125, 126, 127, 0, 0, 300, 4000, 20_000, 65_535}) {
            put(random.nextBoolean() ? Opcode.TEXT : Opcode.BINARY, true, size);
        }
        assertThatTheWireHasWhatWasSent();
    }

    @Test
    void aRunMayBeginWithAMessageOfAnySize() throws Exception {
        for (int size : new int[] {0, 1, 125, 126, 65_535, 65_536}) {
            put(Opcode.BINARY, true, size);
            put(Opcode.BINARY, true, 3);
            put(Opcode.TEXT, true, 0);
            // A fragment is a run of its own, and the next message begins another.
            put(Opcode.TEXT, false, 65_536);
            put(Opcode.CONTINUATION, true, 1);
        }
        assertThatTheWireHasWhatWasSent();
    }

    @Test
    void messagesThatAreCutThroughPassBetweenOthers() throws Exception {
        put(Opcode.TEXT, true, 10);
        put(Opcode.BINARY, false, 65_536);
        put(Opcode.CONTINUATION, false, 0);
        put(Opcode.CONTINUATION, false, 65_536);
        put(Opcode.CONTINUATION, true, 126);
        put(Opcode.TEXT, true, 10);
        put(Opcode.TEXT, true, 0);
        assertThatTheWireHasWhatWasSent();
    }

    private void put(int opcode, boolean fin, int size) throws InterruptedException {
        ByteBuffer payload = ByteBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            payload.put(i, (byte) ('a' + i % 26));
        }
        assertThat(outbox.put(opcode, fin, payload)).isEqualTo(Outbox.Put.QUEUED);
        sent.add(new WireFrame(opcode, fin, payload));
    }

    /** Sends all runs, with a ping behind each, and reads them from the other end. */
    private void assertThatTheWireHasWhatWasSent() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
            DataInputStream wire = new DataInputStream(socket.getInputStream());
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                head += (char) wire.readUnsignedByte();
            }
            assertThat(head).startsWith("HTTP/1.1 101 ");
            CoreSession session = opened.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);

            List<WireFrame> seen = new ArrayList<>();
            while (!outbox.awaitDrained(0)) {
                FrameBuffer run = Objects.requireNonNull(outbox.take());
                CompletableFuture<byte[]> bytes = CompletableFuture.supplyAsync(
                        () -> read(wire, run.encoded().remaining() + 3));
                write(session, RunFrame.of(run));
                write(session, new Frame(OpCode.PING, ByteBuffer.wrap(new byte[] {7})));
                List<WireFrame> frames = WireReader.frames(
                        ByteBuffer.wrap(bytes.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)));
                assertThat(frames.removeLast().opcode()).isEqualTo(OpCode.PING);
                seen.addAll(frames);
                outbox.release(run);
            }
            assertThat(whole(seen)).isEqualTo(whole(sent));
        }
    }

    /** The messages of a stream; fragments of one may have been put together on their way. */
    private static List<WireFrame> whole(List<WireFrame> frames) {
        List<WireFrame> messages = new ArrayList<>();
        for (WireFrame frame : frames) {
            WireFrame last = messages.isEmpty() ? null : messages.getLast();
            boolean continues = last != null && !last.fin();
            assertThat(frame.opcode() == OpCode.CONTINUATION).isEqualTo(continues);
            if (last == null || last.fin()) {
                messages.add(frame);
            } else {
                ByteBuffer joined = ByteBuffer.allocate(
                        last.payload().remaining() + frame.payload().remaining());
                joined.put(last.payload().duplicate()).put(frame.payload().duplicate()).flip();
                messages.set(messages.size() - 1, new WireFrame(last.opcode(), frame.fin(), joined));
            }
        }
        return messages;
    }

    private static byte[] read(DataInputStream wire, int size) {
        try {
            byte[] bytes = new byte[size];
            wire.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(CoreSession session, Frame frame) throws Exception {
        WriteCompletion completion = new WriteCompletion();
        session.sendFrame(frame, completion, false);
        completion.await(TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS), System::nanoTime);
    }

    /** Configured as the relay configures its sessions. */
    private final class Opener implements FrameHandler {
        @Override
        public void onOpen(CoreSession session, Callback callback) {
            session.setMaxFrameSize(64 * 1024);
            session.setAutoFragment(true);
            session.setIdleTimeout(Duration.ZERO);
            callback.succeeded();
            session.demand();
            opened.complete(session);
        }

        @Override
        public void onFrame(Frame frame, Callback callback) {
            callback.succeeded();
        }

        @Override
        public void onError(Throwable cause, Callback callback) {
            callback.succeeded();
        }

        @Override
        public void onClosed(CloseStatus status, Callback callback) {
            callback.succeeded();
        }
    }
}
