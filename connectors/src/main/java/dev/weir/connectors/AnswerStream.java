package dev.weir.connectors;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes a streamed answer apart, as its bytes come, into the messages in it: UTF-8 texts. Holds at
 * most one message, and never one that is larger than it may be. Not thread-safe.
 */
abstract sealed class AnswerStream {

    private static final int SMALL = 256;

    private final long limit;
    private final Sink sink;
    private byte[] line = new byte[SMALL];
    private int length;

    private AnswerStream(long limit, Sink sink) {
        this.limit = limit;
        this.sink = sink;
    }

    /** Takes the messages. */
    @FunctionalInterface
    interface Sink {

        /** Takes one; may wait. */
        void accept(byte[] utf8) throws LinkException, InterruptedException;
    }

    /** A message of the stream is larger than it may be; those before it were passed on. */
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        private TooLargeException() {
            super("a message of the stream is too large");
        }
    }

    /**
     * {@return what takes that type apart, or null if it is no stream}
     *
     * @param mediaType lower case, without parameters
     * @param limit the largest message, bytes
     */
    static @Nullable AnswerStream of(String mediaType, long limit, Sink sink) {
        return switch (mediaType) {
            case "text/event-stream" -> new ServerSentEvents(limit, sink);
            case "application/x-ndjson", "application/ndjson", "application/jsonl" ->
                    new Lines(limit, sink);
            default -> null;
        };
    }

    /** Takes bytes as they come, and passes on the messages that they complete. */
    final void feed(ByteBuffer bytes)
            throws TooLargeException, LinkException, InterruptedException {
        while (bytes.hasRemaining()) {
            take(bytes.get());
        }
    }

    /**
     * Takes the end.
     *
     * @param whole whether the end was said, and not just the connection closed: then what stands
     *     before it may be cut off
     * @throws EOFException when it is in the middle of a message
     */
    abstract void end(boolean whole)
            throws EOFException, TooLargeException, LinkException, InterruptedException;

    abstract void take(byte each) throws TooLargeException, LinkException, InterruptedException;

    /**
     * Puts a byte at the end of the line.
     *
     * @param beside how much of the message is in lines before; what is no message is negative
     */
    final void append(byte each, long beside) throws TooLargeException {
        if (length + beside >= limit) {
            throw new TooLargeException();
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, 2 * length);
        }
        line[length++] = each;
    }

    final int lineLength() {
        return length;
    }

    /** {@return the line so far; the next one begins} */
    final byte[] cutLine() {
        byte[] cut = Arrays.copyOf(line, length);
        length = 0;
        if (line.length > 64 * 1024) {
            line = new byte[SMALL]; // The next one is hardly as long.
        }
        return cut;
    }

    final void pass(byte[] message)
            throws TooLargeException, LinkException, InterruptedException {
        if (message.length > limit) {
            throw new TooLargeException();
        }
        sink.accept(message);
    }

    /** One message a line (ndjson.org); empty lines are nothing. */
    private static final class Lines extends AnswerStream {

        Lines(long limit, Sink sink) {
            super(limit, sink);
        }

        @Override
        void take(byte each) throws TooLargeException, LinkException, InterruptedException {
            if (each == '\n') {
                line(cutLine());
            } else {
                append(each, -1); // Room for a carriage return.
            }
        }

        private void line(byte[] line)
                throws TooLargeException, LinkException, InterruptedException {
            boolean returns = line.length > 0 && line[line.length - 1] == '\r';
            byte[] message = returns ? Arrays.copyOf(line, line.length - 1) : line;
            if (message.length > 0) {
                pass(message);
            }
        }

        @Override
        void end(boolean whole)
                throws EOFException, TooLargeException, LinkException, InterruptedException {
            if (lineLength() > 0 && !whole) {
                throw new EOFException("the stream ends in the middle of a line");
            }
            line(cutLine());
        }
    }

    /**
     * The data of each event is a message (HTML Living Standard, section 9.2.6); its other fields
     * are for browsers.
     */
    private static final class ServerSentEvents extends AnswerStream {

        private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
        private static final int AROUND = MARK.length + DATA.length + ": ".length();

        /** Of this event so far: each line with a line feed behind it. */
        private ByteArrayOutputStream data = new ByteArrayOutputStream();
        private boolean afterReturn;
        private boolean begun;

        ServerSentEvents(long limit, Sink sink) {
            super(limit, sink);
        }

        @Override
        void take(byte each) throws TooLargeException, LinkException, InterruptedException {
            boolean secondOfTwo = afterReturn && each == '\n';
            afterReturn = each == '\r';
            if (secondOfTwo) {
                return;
            }
            if (each == '\r' || each == '\n') {
                line(cutLine());
            } else {
                append(each, data.size() - (long) AROUND);
            }
        }

        private void line(byte[] line)
                throws TooLargeException, LinkException, InterruptedException {
            int from = !begun && startsWith(line, MARK, 0) ? MARK.length : 0;
            begun = true;
            if (line.length == from) {
                if (data.size() > 0) {
                    byte[] lines = data.toByteArray();
                    data = new ByteArrayOutputStream();
                    pass(Arrays.copyOf(lines, lines.length - 1));
                }
            } else if (isData(line, from)) {
                int value = Math.min(from + DATA.length + 1, line.length);
                if (value < line.length && line[value] == ' ') {
                    value++;
                }
                data.write(line, value, line.length - value);
                data.write('\n');
            }
        }

        private static boolean isData(byte[] line, int from) {
            int end = from + DATA.length;
            return startsWith(line, DATA, from) && (line.length == end || line[end] == ':');
        }

        private static boolean startsWith(byte[] line, byte[] start, int from) {
            int end = from + start.length;
            return line.length >= end && Arrays.equals(line, from, end, start, 0, start.length);
        }

        /** Only an empty line makes an event whole, whoever says that the stream is. */
        @Override
        void end(boolean whole) throws EOFException {
            if (data.size() > 0 || isData(cutLine(), 0)) {
                throw new EOFException("the stream ends in the middle of an event");
            }
        }
    }
}
