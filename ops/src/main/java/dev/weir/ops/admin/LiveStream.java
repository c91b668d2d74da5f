package dev.weir.ops.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * {@code GET /stream?watch=/overview&watch=/sessions%3Flimit%3D10}: the answers of other endpoints
 * as server-sent events, again whenever they have changed, looked at once a second. One stream
 * shows a page all that it needs, whatever there is to see.
 *
 * <p>Bounded: so many viewers, so many watches each; a viewer that does not read is dropped. A
 * browser's {@code EventSource} cannot send the token, so pages read it with {@code fetch}.
 */
final class LiveStream {

    static final String PATH = "/stream";

    static final int VIEWERS = 8;
    private static final int WATCHES = 8;

    private static final String ONLY_JSON = "only JSON can be watched";

    /** What costs too much to be done once a second. */
    private static final Set<String> COSTLY = Set.of("/profile", "/threads", PATH);

    /** Looks without news after which a comment is sent, or the stream seems dead. */
    private static final int QUIET_LOOKS = 5;

    /** One event: what was watched and what it was answered. */
    record Event(String watch, int status, Object body) {}

    private final Function<String, Answer> get;
    private final Semaphore viewers = new Semaphore(VIEWERS);
    private final CountDownLatch stop = new CountDownLatch(1);

    /**
     * A stream of answers.
     *
     * @param get answers a path with its query
     */
    LiveStream(Function<String, Answer> get) {
        this.get = get;
    }

    Endpoint endpoint() {
        return new Endpoint("GET", PATH, this::open);
    }

    private Answer open(Request request) {
        List<String> watches = request.parameters().getOrDefault("watch", List.of());
        if (watches.isEmpty() || watches.size() > WATCHES) {
            return Answer.refused(400, "name 1 to " + WATCHES + " paths: ?watch=/overview");
        }
        if (watches.stream().anyMatch(path -> COSTLY.contains(path.split("[?]", 2)[0]))) {
            return Answer.refused(400, "this cannot be watched: " + COSTLY);
        }
        if (viewers.availablePermits() == 0) {
            return Answer.refused(503, "too many watch already").with("Retry-After", "5");
        }
        return Answer.stream("text/event-stream; charset=utf-8", out -> follow(watches, out));
    }

    private void follow(List<String> watches, OutputStream out)
            throws IOException, InterruptedException {
        if (!viewers.tryAcquire()) {
            return; // the last place went in between
        }
        try {
            byte[][] last = new byte[watches.size()][];
            int quiet = 0;
            do {
                boolean news = false;
                for (int i = 0; i < last.length; i++) {
                    byte[] now = look(watches.get(i));
                    if (!Arrays.equals(now, last[i])) {
                        last[i] = now;
                        send(now, out);
                        news = true;
                    }
                }
                quiet = news ? 0 : quiet + 1;
                if (quiet == QUIET_LOOKS) {
                    out.write(bytes(":\n\n"));
                    quiet = 0;
                }
                out.flush();
            } while (!stop.await(1, TimeUnit.SECONDS));
        } finally {
            viewers.release();
        }
    }

    private byte[] look(String path) {
        Answer answer = get.apply(path);
        Object body = switch (answer.body()) {
            case Answer.Body.Json(Object value) -> value;
            case Answer.Body.Nothing() -> List.of();
            case Answer.Body.File file -> new Answer.Refusal(ONLY_JSON);
            case Answer.Body.Stream stream -> new Answer.Refusal(ONLY_JSON);
        };
        return Replies.json(new Event(path, answer.status(), body));
    }

    private static void send(byte[] json, OutputStream out) throws IOException {
        out.write(bytes("data: "));
        out.write(json);
        out.write(bytes("\n\n"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Ends all streams soon. */
    void stop() {
        stop.countDown();
    }
}
