package dev.weir.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.config.QueueConfig;
import dev.weir.pair.Close;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.WireReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes out, on a connection that takes so many bytes and then no more for a while. */
class FrameWriterTest {

    private static final int ROOM = 64;
    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Outbox outbox =
            new Outbox(QueueConfig.defaults(), new BufferPool(8 << 20), System::nanoTime);
    private final ByteArrayEndPoint socket = new ByteArrayEndPoint(new byte[0], ROOM);
    private final FrameWriter writer = new FrameWriter(socket, System::nanoTime);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    @BeforeEach
    void attach() {
        outbox.attach(() -> {});
    }

    @Test
    void aRunThatFitsIsWrittenAtOnce() throws Exception {
        writer.open();
        assertThat(writer.tryWrite(run("one", "two"))).isTrue();
        assertThat(writer.tryWrite(run("three"))).isTrue();
        assertThat(frames()).containsExactly("1 one", "1 two", "1 three");
    }

    @Test
    void nothingIsWrittenBeforeTheHandshakeIsAnswered() throws Exception {
        FrameBuffer run = run("early");
        assertThat(writer.tryWrite(run)).isFalse();
        FutureTask<Void> written = writing(run);
        writer.ping(ByteBuffer.allocate(0));
        assertThat(frames()).isEmpty();
        writer.open();
        written.get(20, TimeUnit.SECONDS);
        assertThat(frames()).containsExactlyInAnyOrder("1 early", "9 ");
    }

    @Test
    void aRunThatDoesNotFitIsWrittenAsThePeerTakesIt() throws Exception {
        writer.open();
        String large = "x".repeat(10 * ROOM);
        FrameBuffer run = run(large);
        assertThat(writer.tryWrite(run)).isFalse();
        FutureTask<Void> written = writing(run);
        takeUntil(written::isDone);
        written.get();
        assertThat(frames()).containsExactly("1 " + large);
    }

    @Test
    void controlFramesComeBetweenRunsAndOfEachKindOnlyTheLast() throws Exception {
        writer.open();
        FrameBuffer run = run("x".repeat(2 * ROOM));
        assertThat(writer.tryWrite(run)).isFalse();
        for (String payload : List.of("a", "b", "c")) {
            writer.pong(utf8(payload));
            writer.ping(utf8(payload));
        }
        FutureTask<Void> written = writing(run);
        takeUntil(written::isDone);
        takeUntil(() -> sent.size() > 2 * ROOM + 9);
        assertThat(frames()).containsExactly("1 " + "x".repeat(2 * ROOM), "10 c", "9 c");
    }

    @Test
    void nothingFollowsACloseFrame() throws Exception {
        writer.open();
        FrameBuffer run = run("x".repeat(2 * ROOM));
        assertThat(writer.tryWrite(run)).isFalse();
        writer.close(new Close(1001, "bye"));
        writer.pong(utf8("late"));
        writer.close(new Close(1002, "too late"));
        assertThatThrownBy(() -> writer.tryWrite(run("late"))).isInstanceOf(IOException.class);
        FutureTask<Void> written = writing(run);
        takeUntil(written::isDone);
        takeUntil(() -> sent.size() > 2 * ROOM + 6);
        assertThat(frames()).containsExactly("1 " + "x".repeat(2 * ROOM), "8 \u0003\u00e9bye");
        assertThat(socket.isOpen()).as("until the peer answers").isTrue();
        writer.answer(new Close(1001, ""));
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void aPeerThatClosesIsAnsweredWithItsCodeAndThenTheConnectionIsOver() {
        writer.open();
        writer.answer(new Close(4000, ""));
        take();
        assertThat(frames()).containsExactly("8 \u000f\u00a0");
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void behindALastCloseFrameComesTheEndOfTheStream() {
        writer.open();
        writer.close(new Close(1002, ""));
        assertThat(socket.isOutputShutdown()).isFalse();
        writer.finish();
        assertThat(socket.isOutputShutdown()).isTrue();
        assertThat(socket.isOpen()).as("it still listens").isTrue();
    }

    @Test
    void aPeerThatTakesNothingIsGivenUpAfterTheDeadline() throws Exception {
        writer.open();
        FrameBuffer run = run("x".repeat(2 * ROOM));
        assertThat(writer.tryWrite(run)).isFalse();
        assertThatThrownBy(() -> writer.write(run, 1)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void whoWaitsIsToldWhenTheConnectionIsGone() throws Exception {
        writer.open();
        FrameBuffer run = run("x".repeat(2 * ROOM));
        assertThat(writer.tryWrite(run)).isFalse();
        FutureTask<Void> written = writing(run);
        writer.gone();
        assertThatThrownBy(() -> written.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aConnectionThatBreaksFailsTheRunAndIsClosed() {
        writer.open();
        socket.close();
        assertThatThrownBy(() -> writer.tryWrite(run("lost"))).isInstanceOf(IOException.class);
        assertThat(socket.isOpen()).isFalse();
    }

    private FutureTask<Void> writing(FrameBuffer run) {
        FutureTask<Void> written = new FutureTask<>(() -> {
            writer.write(run, LONG_NANOS);
            return null;
        });
        Thread.ofVirtual().start(written);
        return written;
    }

    private interface Condition {
        boolean holds();
    }

    private void takeUntil(Condition condition) {
        await().until(() -> {
            take();
            return condition.holds();
        });
    }

    private void take() {
        sent.writeBytes(bytes(socket.takeOutput()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** What was sent, each as opcode and payload; its bytes as characters. */
    private List<String> frames() {
        take();
        return WireReader.frames(ByteBuffer.wrap(sent.toByteArray())).stream()
                .map(frame -> frame.opcode() + " "
                        + StandardCharsets.ISO_8859_1.decode(frame.payload()))
                .toList();
    }

    private FrameBuffer run(String... messages) throws InterruptedException {
        for (String message : messages) {
            assertThat(outbox.put(Opcode.TEXT, true, utf8(message))).isEqualTo(Outbox.Put.QUEUED);
        }
        return Objects.requireNonNull(outbox.take());
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
