package dev.weir.ops.admin;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every handler of the admin server. Loopback keeps other machines out, but not the
 * web pages that a user of this machine has open: a page may send requests to any port here, and
 * with DNS rebinding (a name of its own that now resolves to 127.0.0.1) may read the answers. So
 * the Host must be one of ours, and what changes something must not come from a foreign Origin.
 *
 * <p>Beyond loopback it has as many names as there are ways to it, proxies with TLS among them, so
 * neither rule can be kept. There is always a token then, which no foreign page can bring.
 */
final class Guard extends Handler.Wrapper {

    private static final int REQUESTS_AT_ONCE = 16;

    private static final HttpFields SAFE_DEFAULTS = HttpFields.build()
            .put("X-Content-Type-Options", "nosniff")
            .put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            .put("Cross-Origin-Resource-Policy", "same-origin")
            .put("Referrer-Policy", "no-referrer")
            .put(HttpHeader.CACHE_CONTROL, "no-store")
            .asImmutable();

    private final boolean loopback;
    private final Set<String> hosts;
    private final Semaphore requests = new Semaphore(REQUESTS_AT_ONCE);

    Guard(String boundHost, boolean loopback, Handler handler) {
        super(handler);
        this.loopback = loopback;
        String bound = boundHost.toLowerCase(Locale.ROOT);
        String inHeader = bound.contains(":") ? "[" + bound + "]" : bound;
        hosts = Set.copyOf(List.of("127.0.0.1", "localhost", "[::1]", inHeader));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        for (HttpField header : SAFE_DEFAULTS) {
            response.getHeaders().put(header);
        }
        Answer refusal = refusal(request);
        if (refusal != null) {
            Replies.write(refusal, request, response, callback);
            return true;
        }
        if (!requests.tryAcquire()) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
            Replies.write(Answer.refused(503, "too many admin requests at once"),
                    request, response, callback);
            return true;
        }
        Request.addCompletionListener(request, failure -> requests.release());
        return super.handle(request, response, callback);
    }

    private @Nullable Answer refusal(Request request) {
        if (!loopback) {
            return null;
        }
        String host = Request.getServerName(request);
        if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
            return Answer.refused(421, "the Host header must name a loopback address or localhost");
        }
        if (changesSomething(request) && fromForeignOrigin(request)) {
            return Answer.refused(403, "not from a page of another origin");
        }
        return null;
    }

    private static boolean changesSomething(Request request) {
        return !HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod());
    }

    /** Browsers name the origin of every request that is not a GET or HEAD; tools name none. */
    private static boolean fromForeignOrigin(Request request) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        String own = "http://" + request.getHeaders().get(HttpHeader.HOST);
        return origin != null && !origin.equalsIgnoreCase(own);
    }
}
