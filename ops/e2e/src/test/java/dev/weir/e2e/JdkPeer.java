package dev.weir.e2e;

import dev.weir.e2e.Inbox.Closed;
import dev.weir.e2e.Inbox.Opened;
import dev.weir.e2e.Inbox.Refused;
import dev.weir.e2e.Message.Received;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The JDK's own {@link WebSocket}, in the test's process. */
final class JdkPeer implements Peer {

    private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT_DEADLINE).build();

    private final Queue<JdkConnection> connections = new ConcurrentLinkedQueue<>();

    @Override
    public PeerKind kind() {
        return PeerKind.JDK;
    }

    @Override
    public Connection connect(URI url, List<String> subprotocols) {
        var connection = new JdkConnection();
        connections.add(connection);
        var builder = http.newWebSocketBuilder().connectTimeout(CONNECT_DEADLINE);
        if (!subprotocols.isEmpty()) {
            var less = subprotocols.subList(1, subprotocols.size()).toArray(String[]::new);
            builder.subprotocols(subprotocols.getFirst(), less);
        }
        connection.open(builder.buildAsync(url, connection));
        return connection;
    }

    @Override
    public void close() {
        connections.forEach(connection -> connection.orders.shutdownNow());
        http.shutdownNow();
    }

    private static final class JdkConnection implements Connection, WebSocket.Listener {

        /** One thread: the JDK allows one send at a time, and orders must keep their order. */
        private final ExecutorService orders =
                Executors.newSingleThreadExecutor(Thread.ofVirtual().name("jdk orders").factory());

        private final Inbox inbox = new Inbox("jdk");
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

        // Written by the first order, read by the later ones: the same thread.
        private @Nullable WebSocket socket;

        void open(CompletableFuture<WebSocket> handshake) {
            orders.execute(() -> {
                try {
                    socket = handshake.join();
                } catch (CompletionException e) {
                    inbox.handshakeAnswered(new Refused(statusOf(e.getCause())));
                }
            });
        }

        private static @Nullable Integer statusOf(@Nullable Throwable failure) {
            return failure instanceof WebSocketHandshakeException refused
                    ? Integer.valueOf(refused.getResponse().statusCode())
                    : null;
        }

        @Override
        public Inbox inbox() {
            return inbox;
        }

        @Override
        public void send(Message message) {
            sendFragments(List.of(message));
        }

        @Override
        public void sendFragments(List<Message> fragments) {
            for (int i = 0; i < fragments.size(); i++) {
                var fragment = fragments.get(i);
                boolean last = i == fragments.size() - 1;
                order(socket -> fragment.isText()
                        ? socket.sendText(
                                new String(fragment.payload(), StandardCharsets.UTF_8), last)
                        : socket.sendBinary(ByteBuffer.wrap(fragment.payload()), last));
            }
        }

        @Override
        public void ping(String data) {
            order(socket ->
                    socket.sendPing(ByteBuffer.wrap(data.getBytes(StandardCharsets.UTF_8))));
        }

        @Override
        public void close(int code, String reason) {
            order(socket -> socket.sendClose(code, reason));
        }

        @Override
        public void closeWithoutCode() {
            throw new UnsupportedOperationException("the JDK always sends a code");
        }

        @Override
        public void abort() {
            order(socket -> {
                socket.abort();
                inbox.closed(new Closed(1006, ""));
                return CompletableFuture.completedFuture(socket);
            });
        }

        private void order(Function<WebSocket, CompletableFuture<WebSocket>> order) {
            orders.execute(() -> {
                try {
                    if (socket != null) {
                        order.apply(socket).join();
                    }
                } catch (CompletionException e) {
                    inbox.error(e.toString());
                }
            });
        }

        // What the JDK reports, one call after the other (WebSocket.Listener)

        @Override
        public void onOpen(WebSocket socket) {
            inbox.handshakeAnswered(new Opened(socket.getSubprotocol(), null));
            socket.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                var payload = text.toString().getBytes(StandardCharsets.UTF_8);
                inbox.received(Received.of(Message.Type.TEXT, payload));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            var bytes = new byte[data.remaining()];
            data.get(bytes);
            binary.writeBytes(bytes);
            if (last) {
                inbox.received(Received.of(Message.Type.BINARY, binary.toByteArray()));
                binary.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            inbox.pong(StandardCharsets.UTF_8.decode(data).toString());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            inbox.closed(new Closed(code, reason));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            inbox.error(error.toString());
            inbox.closed(new Closed(1006, ""));
        }
    }
}
