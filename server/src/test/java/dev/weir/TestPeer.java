package dev.weir;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A well-behaved client or worker: the JDK's WebSocket, with its messages in a queue. */
public final class TestPeer implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private @Nullable WebSocket socket;

    /** Connects to that path of the relay; fails when the handshake is refused. */
    public static TestPeer connect(Relay relay, String path, String... subprotocols)
            throws Exception {
        TestPeer peer = new TestPeer();
        WebSocket.Builder builder =
                HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS));
        if (subprotocols.length > 0) {
            String[] more = Arrays.copyOfRange(subprotocols, 1, subprotocols.length);
            builder.subprotocols(subprotocols[0], more);
        }
        URI uri = URI.create("ws://127.0.0.1:" + relay.port() + path);
        peer.socket = builder.buildAsync(uri, peer.new Listener())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return peer;
    }

    private WebSocket socket() {
        return Objects.requireNonNull(socket);
    }

    public TestPeer send(String text) throws Exception {
        socket().sendText(text, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return this;
    }

    public TestPeer send(byte[] bytes) throws Exception {
        socket().sendBinary(ByteBuffer.wrap(bytes), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return this;
    }

    public TestPeer sendPart(String text, boolean last) throws Exception {
        socket().sendText(text, last).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return this;
    }

    /** {@return the next message: a String or a byte[]} */
    public Object receive() throws Exception {
        Object next = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no message came; closed: " + closed.getNow("no"));
        }
        return next;
    }

    /** {@return whether no message is here} */
    public boolean receivedNothing() {
        return messages.isEmpty();
    }

    /** {@return code and reason with which the relay closed, as {@code 1001 gone}} */
    public String awaitClose() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** {@return whether the connection still stands} */
    public boolean open() {
        return !closed.isDone();
    }

    public String subprotocol() {
        return socket().getSubprotocol();
    }

    public void close(int code, String reason) throws Exception {
        socket().sendClose(code, reason).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Vanishes without a close frame. */
    public void vanish() {
        socket().abort();
    }

    @Override
    public void close() {
        socket().abort();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            bytes.writeBytes(part);
            if (last) {
                messages.add(bytes.toByteArray());
                bytes.reset();
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            closed.complete((code + " " + reason).strip());
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.complete("error " + error.getMessage());
        }
    }
}
