package dev.weir.connectors;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weir.connectors.LinkException.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration.ConfigurationCustomizer;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.CloseException;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket of one client to the service, on Jetty's frame API.
 *
 * <p>Jetty calls {@code onFrame} on a virtual thread of its own for each readable event, never two
 * at once for a connection. The next frame is asked for only when the last one is in the inbox. Not
 * asking is what pushes back on the service.
 */
final class WebSocketLink implements Link, FrameHandler {

    /** Messages beyond this size go out in fragments, so that pings and pongs pass between. */
    private static final int FRAME_MAX = 64 << 10;

    private static final int BUFFER = 64 << 10;

    /**
     * What a link is held to.
     *
     * @param messageMax bytes of a message from the service
     * @param buffer bytes that may wait to be received
     * @param send how long the service may take to take a message
     * @param nanoClock for waiting
     * @param pingTicks silence after which it is pinged
     * @param pongTicks silence after a ping, after which it is lost
     * @param closeTicks how long it may take to answer a close frame
     */
    record Limits(
            long messageMax,
            long buffer,
            Duration send,
            LongSupplier nanoClock,
            int pingTicks,
            int pongTicks,
            int closeTicks) {}

    private final String name;
    private final Limits limits;
    private final Set<WebSocketLink> open;
    private final Inbox inbox;
    private final CountDownLatch gone = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    /** Held while a message is with Jetty, by the message and not by a thread. */
    private final Semaphore writing = new Semaphore(1);

    private final AtomicReference<@Nullable ByteBuffer> nextPong = new AtomicReference<>();
    private final AtomicBoolean ponging = new AtomicBoolean();

    private volatile @Nullable CoreSession core;
    private volatile boolean heard;

    // Of the thread in onFrame.
    private boolean text;
    private @Nullable ByteArrayOutputStream parts;

    // Of the heartbeat.
    private int silentTicks;
    private int closingTicks;

    /**
     * A link that is not open yet.
     *
     * @param open where it is as long as it is open
     */
    WebSocketLink(String name, Limits limits, Set<WebSocketLink> open) {
        this.name = name;
        this.limits = limits;
        this.open = open;
        inbox = new Inbox(limits.buffer());
    }

    /** {@return how Jetty is to treat such a connection} */
    static ConfigurationCustomizer configuration() {
        ConfigurationCustomizer configuration = new ConfigurationCustomizer();
        configuration.setIdleTimeout(Duration.ZERO); // pings tell better
        configuration.setAutoFragment(true);
        configuration.setMaxFrameSize(FRAME_MAX);
        configuration.setInputBufferSize(BUFFER);
        configuration.setOutputBufferSize(BUFFER);
        return configuration;
    }

    private CoreSession core() {
        return Objects.requireNonNull(core);
    }

    // Of the relay

    @Override
    public String subprotocol() {
        return Objects.requireNonNullElse(core().getNegotiatedSubProtocol(), "");
    }

    /** Returns when the kernel has the message. */
    @Override
    public void send(Message message) throws LinkException, InterruptedException {
        long start = limits.nanoClock().getAsLong();
        failIfClosed(start);
        inbox.failIfEnded(name);
        if (!writing.tryAcquire(left(start), NANOSECONDS)) {
            throw notTaken(null);
        }
        CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
        byte opcode = message.isText() ? OpCode.TEXT : OpCode.BINARY;
        core().sendFrame(new Frame(opcode, ByteBuffer.wrap(message.payload())),
                Callback.from(InvocationType.NON_BLOCKING,
                        () -> {
                            writing.release();
                            written.complete(null);
                        },
                        failure -> {
                            writing.release();
                            written.completeExceptionally(failure);
                        }),
                false);
        try {
            written.get(left(start), NANOSECONDS);
        } catch (TimeoutException e) {
            throw notTaken(e);
        } catch (ExecutionException e) {
            failIfClosed(start);
            throw new LinkException(Kind.LOST,
                    name + ": the connection broke: " + e.getCause(), e.getCause());
        }
    }

    private void failIfClosed(long start) throws LinkException, InterruptedException {
        if (inbox.closedInOrder(left(start))) {
            inbox.failIfEnded(name);
        }
    }

    private long left(long start) {
        return limits.send().toNanos() - (limits.nanoClock().getAsLong() - start);
    }

    /** A part of the message may be out, so nothing more can follow it. */
    private LinkException notTaken(@Nullable Throwable cause) {
        LinkException failure = new LinkException(Kind.TIMED_OUT, name
                + ": the service took no data for " + limits.send().toMillis() + " ms", cause);
        inbox.fail(failure);
        abort();
        return failure;
    }

    @Override
    public Incoming receive() throws LinkException, InterruptedException {
        return inbox.take();
    }

    /** Returns at once; the heartbeat drops a connection whose service does not answer. */
    @Override
    public void close(Goodbye how) {
        sendClose(how); // first, for who receives may close it, too, and with other words
        inbox.close(name);
    }

    private void sendClose(Goodbye how) {
        if (closing.compareAndSet(false, true)) {
            core().sendFrame(CloseFrame.of(how), Callback.NOOP, false);
        }
    }

    /** Drops the connection. */
    void abort() {
        CoreSession connection = core;
        if (connection != null) {
            connection.abort();
        }
    }

    /** Waits until the connection is gone. */
    boolean awaitGone(long nanos) throws InterruptedException {
        return gone.await(nanos, NANOSECONDS);
    }

    // Of the heartbeat

    /**
     * Counts in ticks and not in time: when this process was frozen, or had no processor, it is not
     * the service that was silent.
     */
    void tick() {
        if (closing.get()) {
            if (++closingTicks > limits.closeTicks()) {
                abort();
            }
            return;
        }
        if (heard || inbox.isFull()) { // or we do not listen
            heard = false;
            silentTicks = 0;
            return;
        }
        silentTicks++;
        if (silentTicks == limits.pingTicks()) {
            core().sendFrame(new Frame(OpCode.PING), Callback.NOOP, false);
        } else if (silentTicks > limits.pingTicks() + limits.pongTicks()) {
            inbox.fail(new LinkException(Kind.LOST, name + ": the service answers no ping"));
            abort();
        }
    }

    // Of Jetty

    @Override
    public void onOpen(CoreSession connection, Callback callback) {
        core = connection;
        open.add(this);
        callback.succeeded();
    }

    /**
     * Asks for the first frame. Not in {@code onOpen}: Jetty would read it before the handshake is
     * over, and a service that speaks first could hold that up.
     */
    void begin() {
        core().demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        heard = true;
        try {
            switch (frame.getOpCode()) {
                case OpCode.PING -> pong(frame);
                case OpCode.PONG -> {}
                case OpCode.CLOSE -> inbox.end(goodbye(CloseStatus.getCloseStatus(frame)));
                default -> data(frame);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
            return;
        }
        callback.succeeded();
        if (frame.getOpCode() != OpCode.CLOSE) { // Jetty answers it
            core().demand();
        }
    }

    private static Goodbye goodbye(CloseStatus status) {
        return new Goodbye(status.getCode(), Objects.requireNonNullElse(status.getReason(), ""));
    }

    private void data(Frame frame) throws InterruptedException {
        if (closing.get()) {
            parts = null;
            return; // the service has not seen our close frame yet
        }
        if (frame.getOpCode() != OpCode.CONTINUATION) {
            text = frame.getOpCode() == OpCode.TEXT;
        }
        ByteBuffer payload = frame.hasPayload() ? frame.getPayload() : BufferUtil.EMPTY_BUFFER;
        ByteArrayOutputStream before = parts;
        long length = (before == null ? 0L : before.size()) + payload.remaining();
        if (length > limits.messageMax()) {
            refuse(CloseStatus.MESSAGE_TOO_LARGE, "a message beyond the limit of "
                    + limits.messageMax() + " bytes");
            return;
        }
        byte[] part = BufferUtil.toArray(payload);
        if (before == null && frame.isFin()) {
            whole(part);
            return;
        }
        ByteArrayOutputStream message = before == null ? new ByteArrayOutputStream() : before;
        message.writeBytes(part);
        parts = frame.isFin() ? null : message;
        if (frame.isFin()) {
            whole(message.toByteArray());
        }
    }

    private void whole(byte[] payload) throws InterruptedException {
        if (!text) {
            inbox.put(Message.binary(payload));
        } else if (Utf8.isValid(payload)) {
            inbox.put(Message.text(payload));
        } else {
            refuse(CloseStatus.BAD_PAYLOAD, "text that is not UTF-8");
        }
    }

    /** Tells the service what is wrong with its message; the link ends. */
    private void refuse(int code, String what) {
        parts = null;
        sendClose(new Goodbye(code, what)); // first, for who hears of the failure closes too
        inbox.fail(new LinkException(Kind.FAILED, name + ": the service sent " + what));
    }

    /**
     * At most one pong is with Jetty at a time, and one waits here, so that a service that pings
     * without reading makes nothing grow. RFC 6455 section 5.5.3 allows to answer the last only.
     */
    private void pong(Frame ping) {
        nextPong.set(ByteBuffer.wrap(BufferUtil.toArray(ping.getPayload())));
        if (ponging.compareAndSet(false, true)) {
            sendNextPong();
        }
    }

    private void sendNextPong() {
        ByteBuffer payload = nextPong.getAndSet(null);
        if (payload != null) {
            Callback next = Callback.from(
                    InvocationType.NON_BLOCKING, this::sendNextPong, failure -> {});
            core().sendFrame(new Frame(OpCode.PONG, payload), next, false);
            return;
        }
        ponging.set(false);
        if (nextPong.get() != null && ponging.compareAndSet(false, true)) {
            sendNextPong(); // one came in just before
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        // What Jetty itself found wrong; it has told the service.
        inbox.fail(cause instanceof CloseException
                ? new LinkException(Kind.FAILED,
                        name + ": the service broke the protocol: " + cause.getMessage(), cause)
                : new LinkException(Kind.LOST, name + ": the connection broke: " + cause, cause));
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        open.remove(this);
        inbox.fail(new LinkException(Kind.LOST, name + ": the connection ended without a word"));
        gone.countDown();
        callback.succeeded();
    }

    /**
     * A close frame of ours. Jetty drops the connection at once after a code such as 1001 or 1013;
     * then unread input makes the kernel send a reset, which can destroy the close frame before the
     * service has read it. So Jetty is told that this is an ordinary close and waits for the answer.
     */
    private static final class CloseFrame extends Frame implements CloseStatus.Supplier {

        private CloseFrame(ByteBuffer payload) {
            super(OpCode.CLOSE, true, payload);
        }

        static CloseFrame of(Goodbye how) {
            if (how.code() == Goodbye.NO_CODE) {
                return new CloseFrame(ByteBuffer.allocate(0));
            }
            byte[] text = how.reason().getBytes(StandardCharsets.UTF_8);
            ByteBuffer payload = ByteBuffer.allocate(Short.BYTES + text.length);
            return new CloseFrame(payload.putShort((short) how.code()).put(text).flip());
        }

        @Override
        public CloseStatus getCloseStatus() {
            return CloseStatus.NORMAL_STATUS;
        }
    }
}
