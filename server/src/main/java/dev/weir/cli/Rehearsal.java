package dev.weir.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Real traffic through a relay on loopback: clients whose workers send everything back, of each
 * kind and size of message, and the requests that operators' tools make. Every wait has a deadline.
 * Belongs to one thread.
 */
final class Rehearsal implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int PAIRS = 4;
    private static final int ROUNDS = 500;

    private static final String SHORT = "a message of the usual size, and a non-ASCII letter: ü";
    private static final String LARGE = "more than is passed on at once, ".repeat(5_000);

    private final HttpClient http = HttpClient.newBuilder()
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .connectTimeout(DEADLINE)
            .build();
    private final int port;
    private final int adminPort;

    /** Between peers and the relay that listens on these ports of 127.0.0.1. */
    Rehearsal(int port, int adminPort) {
        this.port = port;
        this.adminPort = adminPort;
    }

    /** Sends and expects everything; an {@link IOException} says what did not come back. */
    void play() throws IOException, InterruptedException {
        for (int i = 0; i < PAIRS; i++) {
            talk("/worker/" + i, "/client/" + i);
        }
        talk("/work/pool", "/pool");
        refused("/no/such/route");
        for (String page : List.of("/livez", "/readyz", "/sessions", "/routes", "/metrics")) {
            ask(page);
        }
    }

    private void talk(String workers, String clients) throws IOException, InterruptedException {
        WebSocket worker = dial(workers, new Echo());
        Answers answers = new Answers();
        WebSocket client = dial(clients, answers);
        for (int i = 0; i < ROUNDS; i++) {
            expect(SHORT.length(), answers, () -> client.sendText(SHORT, true));
            expect(SHORT.length(), answers, () -> client.sendBinary(bytes(SHORT.length()), true));
        }
        for (int i = 0; i < ROUNDS / 50; i++) {
            expect(LARGE.length(), answers, () -> client.sendText(LARGE, true));
            expect(LARGE.length(), answers, () -> client.sendBinary(bytes(LARGE.length()), true));
            expect(2 * SHORT.length(), answers, () -> client.sendText(SHORT, false)
                    .thenCompose(socket -> socket.sendText(SHORT, true)));
        }
        await(client.sendPing(bytes(8)), "the ping");
        await(client.sendClose(WebSocket.NORMAL_CLOSURE, "done"), "the close frame");
        await(answers.closed, "the answer to the close frame");
        worker.abort();
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size);
    }

    private interface Sending {
        CompletableFuture<WebSocket> send();
    }

    private static void expect(int size, Answers answers, Sending sending)
            throws IOException, InterruptedException {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        answers.expected = answer;
        await(sending.send(), "room to send");
        int received = await(answer, "a message");
        if (received != size) {
            throw new IOException("a message of " + size + " came back with " + received);
        }
    }

    private WebSocket dial(String path, WebSocket.Listener listener)
            throws IOException, InterruptedException {
        URI uri = URI.create("ws://127.0.0.1:" + port + path);
        return await(http.newWebSocketBuilder().buildAsync(uri, listener), path);
    }

    private void refused(String path) throws IOException, InterruptedException {
        try {
            dial(path, new Echo()).abort();
        } catch (IOException e) {
            return;
        }
        throw new IOException(path + " was not refused");
    }

    /** Asks for a page; what it answers is for the tests to judge. */
    private void ask(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + path);
        http.send(HttpRequest.newBuilder(uri).timeout(DEADLINE).build(), BodyHandlers.discarding());
    }

    private static <T> T await(CompletableFuture<T> future, String what)
            throws IOException, InterruptedException {
        try {
            return future.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(what + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException(what + " did not come", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /** A worker: sends back each piece as it comes. */
    private static final class Echo implements WebSocket.Listener {

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            return socket.sendText(data, last).thenAccept(sent -> sent.request(1));
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            return socket.sendBinary(data, last).thenAccept(sent -> sent.request(1));
        }
    }

    /** A client: adds up the size of the message that it expects. */
    private static final class Answers implements WebSocket.Listener {

        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private volatile CompletableFuture<Integer> expected = new CompletableFuture<>();
        private int size;

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            return received(socket, data.length(), last);
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            return received(socket, data.remaining(), last);
        }

        private @Nullable CompletionStage<?> received(WebSocket socket, int length, boolean last) {
            size += length;
            if (last) {
                CompletableFuture<Integer> answer = expected;
                int whole = size;
                size = 0;
                answer.complete(whole);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            expected.completeExceptionally(new IOException("closed with " + code));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            expected.completeExceptionally(error);
            closed.completeExceptionally(error);
        }
    }
}
