package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.io.ByteArrayOutputStream;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, as blocking code with deadlines: {@link #head}, then {@link #read}
 * until its end. The answer is read from the connection as it is taken from here, and not before;
 * whose deadline passes is cut off, however busily the service drips.
 *
 * <p>Belongs to the thread that sends it; only {@link #cancel} may be called by others.
 */
final class HttpCall implements AutoCloseable {

    /** Of an answer that nobody wants: up to this it is read, so that the connection can stay. */
    private static final int DROPPED = 64 * 1024;

    private final Request request;
    private final String what;
    private final Deadlines deadlines;
    private final LongSupplier nanoClock;
    private final Thread owner = Thread.currentThread();
    private final long started;
    private long end;
    private long answerFrom;

    // Written by Jetty's threads, each before it wakes the owner.
    private volatile long begun;
    private volatile long sent;
    private volatile boolean hasBegun;
    private volatile boolean hasSent;
    private volatile @Nullable Response response;
    private volatile Content.@Nullable Source content;
    private volatile boolean readable;
    private volatile boolean complete;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable LinkException cancelled;

    /**
     * Sends it.
     *
     * @param request whose listeners are ours to set
     * @param what names connector and service in failures
     * @param deadlines to get a connection, to send, to get the whole answer
     * @param longest for all of it together
     */
    HttpCall(
            Request request,
            String what,
            Deadlines deadlines,
            Duration longest,
            LongSupplier nanoClock) {
        this.request = request;
        this.what = what;
        this.deadlines = deadlines;
        this.nanoClock = nanoClock;
        started = nanoClock.getAsLong();
        end = started + longest.toNanos();
        request.onRequestBegin(it -> {
            begun = nanoClock.getAsLong();
            hasBegun = true;
            wake();
        });
        request.onRequestSuccess(it -> {
            sent = nanoClock.getAsLong();
            hasSent = true;
            wake();
        });
        request.onResponseContentSource(this::onContent);
    }

    /** Sends the request; does not wait. */
    HttpCall send() {
        request.send(this::onComplete);
        return this;
    }

    private void onContent(Response head, Content.Source source) {
        response = head;
        content = source;
        wake();
    }

    private void onComplete(Result result) {
        response = result.getResponse();
        failure = result.getFailure();
        complete = true;
        wake();
    }

    private void wake() {
        LockSupport.unpark(owner);
    }

    /** {@return status and headers, when they are there} */
    Response head() throws LinkException, InterruptedException {
        await(() -> content != null || complete);
        @Nullable Response head = response;
        if (head == null || (content == null && failure != null)) {
            throw failed();
        }
        return head;
    }

    /**
     * {@return the next part of the body, to be released; null at its end, when the connection is
     * free again}
     */
    Content.@Nullable Chunk read() throws LinkException, InterruptedException {
        Content.@Nullable Source source = content;
        while (source != null) {
            Content.@Nullable Chunk chunk = source.read();
            if (chunk == null) {
                readable = false;
                source.demand(new Demand());
                await(() -> readable || failure != null);
            } else if (Content.Chunk.isFailure(chunk)) {
                await(() -> complete);
                throw failed();
            } else if (chunk.hasRemaining()) {
                return chunk;
            } else {
                chunk.release();
                if (chunk.isLast()) {
                    content = null;
                    source = null;
                }
            }
        }
        await(() -> complete);
        if (failure != null) {
            throw failed();
        }
        return null;
    }

    private final class Demand implements Invocable.Task {

        @Override
        public void run() {
            readable = true;
            wake();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /**
     * {@return the whole body}
     *
     * @throws LinkException of kind {@link Kind#FAILED} as soon as it is larger than the limit
     */
    byte[] body(long limit) throws LinkException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Content.Chunk chunk = read(); chunk != null; chunk = read()) {
            try {
                if (body.size() + (long) chunk.remaining() > limit) {
                    throw tooLarge(limit);
                }
                byte[] part = new byte[chunk.remaining()];
                chunk.getByteBuffer().get(part);
                body.writeBytes(part);
            } finally {
                chunk.release();
            }
        }
        return body.toByteArray();
    }

    LinkException tooLarge(long limit) {
        return new LinkException(
                Kind.FAILED, what + ": the answer is larger than the " + limit + " bytes allowed");
    }

    /** Reads what is left, if it is little, so that the connection can be used again. */
    void drop() throws InterruptedException {
        int dropped = 0;
        try {
            for (Content.Chunk chunk = read();
                    chunk != null && dropped <= DROPPED;
                    chunk = read()) {
                dropped += chunk.remaining();
                chunk.release();
            }
        } catch (LinkException e) {
            // Whatever comes of it: the head has said how the call ended.
        }
    }

    /** From now on it may last so long in all, counted from its start. */
    void extend(Duration longest) {
        end = started + longest.toNanos();
    }

    /** From now on the service has the time for an answer again: a message of a stream came. */
    void answered() {
        answerFrom = nanoClock.getAsLong();
    }

    /** Ends it from another thread: who waits in it gets this. */
    void cancel(LinkException why) {
        cancelled = why;
        abort(why);
        wake();
    }

    /** Ends it, if it has not ended; then the connection cannot be used again. */
    @Override
    public void close() {
        if (!complete) {
            abort(new TimeoutException("given up"));
        }
    }

    private void abort(Throwable why) {
        var _ = request.abort(why);
    }

    private void await(BooleanSupplier ready) throws LinkException, InterruptedException {
        while (!ready.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            @Nullable LinkException cancellation = cancelled;
            if (cancellation != null) {
                throw cancellation;
            }
            long left = limit() - nanoClock.getAsLong();
            if (left <= 0) {
                throw late();
            }
            LockSupport.parkNanos(this, left);
        }
    }

    /** When the present step must be done. */
    private long limit() {
        long limit;
        if (!hasBegun) {
            limit = started + deadlines.connect().toNanos();
        } else if (!hasSent) {
            limit = begun + deadlines.send().toNanos();
        } else {
            limit = (answerFrom == 0 ? sent : answerFrom) + deadlines.answer().toNanos();
        }
        return limit - end < 0 ? limit : end;
    }

    private LinkException late() {
        if (!hasBegun) {
            return new LinkException(
                    Kind.UNREACHABLE,
                    what + ": no connection within " + millis(deadlines.connect()));
        }
        String waited = millis(Duration.ofNanos(nanoClock.getAsLong() - started));
        String late = hasSent ? "no whole answer after " : "the message is not taken after ";
        return new LinkException(Kind.TIMED_OUT, what + ": " + late + waited);
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }

    private LinkException failed() {
        @Nullable LinkException cancellation = cancelled;
        if (cancellation != null) {
            return cancellation;
        }
        @Nullable Throwable cause = failure;
        if (cause instanceof RejectedExecutionException) {
            return new LinkException(
                    Kind.NOT_TRIED, what + ": too many calls wait for a connection", cause);
        }
        // Jetty says "committed" only after the write, when the answer may have come and failed.
        if (!hasBegun) {
            return new LinkException(Kind.UNREACHABLE, what + ": " + reason(cause), cause);
        }
        return new LinkException(
                Kind.LOST, what + ": the connection broke: " + reason(cause), cause);
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "closed";
        }
        @Nullable String message = cause.getMessage();
        String text = message == null || cause instanceof UnknownHostException
                ? cause.getClass().getSimpleName() + (message == null ? "" : " " + message)
                : message;
        return text.lines().findFirst().orElse("");
    }
}
