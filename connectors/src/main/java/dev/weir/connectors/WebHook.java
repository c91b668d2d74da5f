package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * The service's permission to send to it, and how often (CloudEvents HTTP 1.1 Web Hooks 1.0.2,
 * section 4): asked for with an OPTIONS request, given or not by the headers of its answer.
 */
final class WebHook {

    private static final String ANY = "*";

    private final String what;
    private final String origin;
    private final int rate;
    private final LongSupplier nanoClock;
    private volatile boolean granted;

    /** Between two messages; 0 is no limit. Guarded by this, as is {@link #next}. */
    private long interval;

    private long next;

    /**
     * A permission that was not asked for yet.
     *
     * @param what names connector and service in failures
     * @param origin the host name under which we ask
     * @param rate messages a minute that we ask for; 0 is not to ask for a rate
     */
    WebHook(String what, String origin, int rate, LongSupplier nanoClock) {
        this.what = what;
        this.origin = origin;
        this.rate = rate;
        this.nanoClock = nanoClock;
        next = nanoClock.getAsLong();
    }

    /** Makes a request the one that asks. */
    void ask(Request options) {
        options.headers(headers -> {
            headers.put("WebHook-Request-Origin", origin);
            if (rate > 0) {
                headers.put("WebHook-Request-Rate", rate);
            }
        });
    }

    /**
     * Takes the answer.
     *
     * @throws LinkException of kind {@link Kind#REJECTED} when it is no permission
     */
    void answered(HttpFields headers) throws LinkException {
        granted = false;
        @Nullable String allowed = headers.get("WebHook-Allowed-Origin");
        if (!isUs(allowed)) {
            throw new LinkException(
                    Kind.REJECTED,
                    what + ": does not permit messages from " + origin
                            + ": its WebHook-Allowed-Origin is "
                            + (allowed == null ? "missing" : allowed));
        }
        spread(allowedRate(headers.get("WebHook-Allowed-Rate")));
        granted = true;
    }

    private boolean isUs(@Nullable String allowed) {
        return allowed != null
                && (allowed.strip().equals(ANY) || allowed.strip().equalsIgnoreCase(origin));
    }

    /** {@return messages a minute, or 0 for any number} */
    private int allowedRate(@Nullable String allowed) throws LinkException {
        if (allowed == null || allowed.strip().equals(ANY)) {
            return 0;
        }
        try {
            int number = Integer.parseInt(allowed.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new LinkException(
                Kind.REJECTED, what + ": its WebHook-Allowed-Rate is no rate: " + allowed);
    }

    private synchronized void spread(int allowed) {
        interval = allowed == 0 ? 0 : TimeUnit.MINUTES.toNanos(1) / allowed;
    }

    boolean isGranted() {
        return granted;
    }

    /**
     * Waits for our turn: messages are spread evenly, so that no minute has more of them than
     * allowed.
     *
     * @param longest nanoseconds
     * @throws LinkException of kind {@link Kind#NOT_TRIED} when the turn is later than that
     */
    void awaitTurn(long longest) throws LinkException, InterruptedException {
        long wait;
        synchronized (this) {
            if (interval == 0) {
                return;
            }
            long now = nanoClock.getAsLong();
            long turn = next - now < 0 ? now : next;
            wait = turn - now;
            if (wait > longest) {
                throw new LinkException(
                        Kind.NOT_TRIED,
                        what + ": permits one message in " + interval / 1_000_000
                                + " ms, and others are before this one");
            }
            next = turn + interval;
        }
        TimeUnit.NANOSECONDS.sleep(wait);
    }
}
