package dev.weir.e2e;

import dev.weir.e2e.Message.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one connection, as its peer saw it. Filled by the peer's thread, read by the
 * test; every wait ends with the connection or at the deadline.
 */
final class Inbox {

    static final Duration DEADLINE = Duration.ofSeconds(30);

    private final String name;
    private final CompletableFuture<Handshake> handshake = new CompletableFuture<>();
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
    private final List<Received> messages = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();

    Inbox(String name) {
        this.name = name;
    }

    /** How the relay answered the handshake. */
    sealed interface Handshake {}

    /** The connection is open; {@code session} is null where the API hides headers. */
    record Opened(String subprotocol, @Nullable String session) implements Handshake {}

    /** The handshake was refused; {@code status} is null where the API hides it. */
    record Refused(@Nullable Integer status) implements Handshake {}

    /** An end; 1005 stands for no code, 1006 for no close frame (RFC 6455, 7.4.1). */
    record Closed(int code, String reason) {

        static final Closed WITHOUT_CODE = new Closed(1005, "");
    }

    // What the peer reports

    void handshakeAnswered(Handshake answer) {
        handshake.complete(answer);
    }

    synchronized void received(Received message) {
        messages.add(message);
        notifyAll();
    }

    void pong(String data) {
        pongs.add(data);
    }

    synchronized void error(String detail) {
        errors.add(detail);
    }

    synchronized void closed(Closed end) {
        closed.complete(end);
        notifyAll();
    }

    // What the test asks

    Handshake awaitHandshake() {
        return await(handshake, "the handshake's answer");
    }

    Closed awaitClosed() {
        return await(closed, "the end of the connection");
    }

    boolean isClosed() {
        return closed.isDone();
    }

    String awaitPong() throws InterruptedException {
        var pong = pongs.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        if (pong == null) {
            throw new AssertionError(
                    "%s: no pong within %s %s".formatted(name, DEADLINE, errors()));
        }
        return pong;
    }

    /** The messages so far, as soon as there are {@code count} of them or no more can come. */
    synchronized List<Received> awaitMessages(int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (messages.size() < count && !closed.isDone()) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMillis <= 0) {
                break;
            }
            wait(leftMillis);
        }
        return List.copyOf(messages);
    }

    private synchronized List<String> errors() {
        return List.copyOf(errors);
    }

    private <T> T await(CompletableFuture<T> event, String what) {
        try {
            return event.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(
                    "%s: no %s within %s %s".formatted(name, what, DEADLINE, errors()), e);
        } catch (ExecutionException e) {
            throw new AssertionError(name + ": no " + what, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(name + ": interrupted while waiting for " + what, e);
        }
    }
}
