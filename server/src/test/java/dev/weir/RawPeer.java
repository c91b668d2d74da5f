package dev.weir;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client or worker on a bare socket, for which every byte can be chosen and seen. A thread reads
 * what comes, checks that it is legal, answers pings and close frames, and queues the rest for the
 * test.
 */
final class RawPeer implements AutoCloseable {

    /** How long a test waits for what must come. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What the reader saw: a data frame or a close frame, or how the connection ended. */
    private record Seen(@Nullable Frame frame, String end) {}

    private static final Seen FIN = new Seen(null, "FIN");

    private final Socket socket;
    private final DataInputStream in;
    private final HttpAnswer answer;
    private final boolean silent;
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Frame> pongs = new LinkedBlockingQueue<>();
    private final Object writing = new Object();
    private boolean masking = true;
    private boolean closeSent;

    RawPeer(Socket socket, InputStream in, HttpAnswer answer, boolean silent, boolean reading) {
        this.socket = socket;
        this.in = new DataInputStream(in);
        this.answer = answer;
        this.silent = silent;
        if (reading) {
            read();
        }
    }

    /** Sends as a server does, unmasked, and reads as {@link #read} does what a client sends. */
    static RawPeer server(Socket socket, InputStream in, boolean reading) {
        RawPeer peer = new RawPeer(
                socket, in, new HttpAnswer(101, Map.of(), ""), false, false);
        peer.masking = false;
        if (reading) {
            peer.read();
        }
        return peer;
    }

    /** {@return the relay's answer to the handshake} */
    HttpAnswer answer() {
        return answer;
    }

    /** {@return the id of the session} */
    String id() {
        return answer.header("Weir-Session");
    }

    // What it sends.

    RawPeer send(byte[] bytes) {
        synchronized (writing) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return this;
    }

    RawPeer send(Frame frame) {
        if (frame.opcode() == Frame.CLOSE) {
            synchronized (writing) {
                closeSent = true;
            }
        }
        return send(masking ? frame.masked() : frame.unmasked());
    }

    RawPeer text(String text) {
        return send(Frame.text(text));
    }

    RawPeer binary(byte[] bytes) {
        return send(Frame.binary(bytes));
    }

    RawPeer part(boolean fin, int opcode, String payload) {
        return send(Frame.of(fin, opcode, payload));
    }

    RawPeer ping(String payload) {
        return send(Frame.of(true, Frame.PING, payload));
    }

    /** Starts the close handshake. */
    RawPeer close(int code, String reason) {
        return send(Frame.close(code, reason));
    }

    /** Sends on another thread, for it may be held up. {@return what is done when all is sent} */
    @CanIgnoreReturnValue
    CompletableFuture<Void> sending(Runnable sends) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        // Not a virtual thread: it would share the carriers of the relay under test.
        Thread.ofPlatform().daemon().start(() -> {
            try {
                sends.run();
                sent.complete(null);
            } catch (UncheckedIOException e) {
                sent.completeExceptionally(e);
            }
        });
        return sent;
    }

    /** Ends its half of the connection, without a close frame. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Resets the connection. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    // What it receives.

    /** Starts to read. */
    RawPeer read() {
        Thread.ofPlatform().daemon().start(this::readAll);
        return this;
    }

    private void readAll() {
        Seen last = FIN;
        try {
            socket.setSoTimeout(0);
            boolean midMessage = false;
            for (Frame frame = readFrame(); frame != null; frame = readFrame()) {
                midMessage = check(frame, midMessage);
                take(frame);
            }
        } catch (EOFException e) {
            last = new Seen(null, "FIN inside a frame");
        } catch (ProtocolException e) {
            last = new Seen(null, "illegal: " + e.getMessage());
        } catch (IOException e) {
            last = new Seen(null, "RST");
        }
        seen.add(last);
    }

    private @Nullable Frame readFrame() throws IOException {
        return masking ? Frame.read(in) : Frame.readMasked(in);
    }

    private static boolean check(Frame frame, boolean midMessage) throws ProtocolException {
        if (frame.control()) {
            if (!frame.fin() || frame.payload().length > 125) {
                throw new ProtocolException("a control frame that is long or in parts");
            }
            return midMessage;
        }
        if ((frame.opcode() == Frame.CONTINUATION) != midMessage) {
            throw new ProtocolException("fragments out of place: " + frame);
        }
        return !frame.fin();
    }

    private void take(Frame frame) {
        switch (frame.opcode()) {
            case Frame.PING -> answer(Frame.of(true, Frame.PONG, frame.payload()));
            case Frame.PONG -> pongs.add(frame);
            case Frame.CLOSE -> {
                seen.add(new Seen(frame, ""));
                boolean answered;
                synchronized (writing) {
                    answered = closeSent;
                }
                if (!answered) {
                    answer(Frame.of(true, Frame.CLOSE, frame.payload()));
                }
            }
            default -> seen.add(new Seen(frame, ""));
        }
    }

    /** On another thread, for the relay may not read, and this one has to go on reading. */
    private void answer(Frame frame) {
        if (!silent) {
            sending(() -> send(frame));
        }
    }

    private Seen next() throws InterruptedException {
        Seen next = seen.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    /** {@return the next data frame} */
    Frame frame() throws InterruptedException {
        Seen next = next();
        Frame frame = next.frame;
        if (frame == null || frame.control()) {
            throw new AssertionError("instead of a message came "
                    + (frame == null ? next.end : frame.asClose()));
        }
        return frame;
    }

    /** {@return the next message, put together} */
    Frame message() throws InterruptedException {
        Frame first = frame();
        if (first.fin()) {
            return first;
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        Frame part = first;
        payload.writeBytes(part.payload());
        while (!part.fin()) {
            part = frame();
            payload.writeBytes(part.payload());
        }
        return new Frame(true, first.rsv(), first.opcode(), payload.toByteArray());
    }

    /** {@return the next message, which must be text} */
    String text() throws InterruptedException {
        Frame message = message();
        if (message.opcode() != Frame.TEXT) {
            throw new AssertionError("no text: " + message);
        }
        return message.asText();
    }

    /** {@return the next message, which must be binary} */
    byte[] binary() throws InterruptedException {
        Frame message = message();
        if (message.opcode() != Frame.BINARY) {
            throw new AssertionError("not binary: " + message);
        }
        return message.payload();
    }

    /** {@return the payload of the next pong} */
    String pong() throws InterruptedException {
        Frame pong = pongs.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (pong == null) {
            throw new AssertionError("no pong came");
        }
        return new String(pong.payload(), StandardCharsets.UTF_8);
    }

    /** Sends a ping and waits for its pong: all that it sent before has been read then. */
    RawPeer roundTrip() throws InterruptedException {
        ping("round trip");
        String answered;
        do {
            answered = pong();
        } while (!answered.equals("round trip"));
        return this;
    }

    /**
     * {@return the close frame that comes next, as {@code 1001 reason}, or {@code FIN} or {@code
     * RST} when the connection ended without one} Waits for the end of the connection. A message
     * instead is a failure.
     */
    String end() throws InterruptedException {
        return endAfter(frame -> {
            throw new AssertionError("instead of the end came " + frame.asText());
        });
    }

    /** As {@link #end}, with a look at each data frame that comes before. */
    String endAfter(Consumer<Frame> before) throws InterruptedException {
        String close = "";
        Seen next = next();
        while (next.frame != null) {
            if (next.frame.opcode() == Frame.CLOSE) {
                close = next.frame.asClose();
            } else if (close.isEmpty()) {
                before.accept(next.frame);
            } else {
                throw new AssertionError("a message came behind the close frame");
            }
            next = next();
        }
        return close.isEmpty() ? next.end : close;
    }
}
