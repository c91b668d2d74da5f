package dev.weir.ops.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Serves the two pages for browsers: the dashboard at {@code /}, and the playground, on which a new
 * user opens a client and a worker side by side. They hold no data, so they are open to everybody:
 * what they show they fetch, with the token where one is asked for.
 *
 * <p>The few files are held in memory. Jetty's ResourceHandler makes its ETag from size and time of
 * a file, and in a reproducible jar every file has the same time; here it is a hash of the content.
 */
final class StaticPages extends Handler.Abstract.NonBlocking {

    static final String DASHBOARD = "/dashboard/";
    static final String PLAYGROUND = "/playground/";

    private static final String PAGE = "index.html";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";

    /** Files of the playground and their media types; {@code index.html} is the page itself. */
    static final Map<String, String> PLAYGROUND_FILES = Map.of(
            PAGE, "text/html; charset=utf-8",
            "playground.css", STYLE,
            "icon.svg", "image/svg+xml",
            "playground.js", SCRIPT,
            "panel.js", SCRIPT,
            "messages.js", SCRIPT,
            "explain.js", SCRIPT,
            "admin.js", SCRIPT);

    /** Files of the dashboard and their media types. */
    static final Map<String, String> DASHBOARD_FILES = Map.ofEntries(
            Map.entry(PAGE, "text/html; charset=utf-8"),
            Map.entry("dashboard.css", STYLE),
            Map.entry("icon.svg", "image/svg+xml"),
            Map.entry("dashboard.js", SCRIPT),
            Map.entry("api.js", SCRIPT),
            Map.entry("detail.js", SCRIPT),
            Map.entry("format.js", SCRIPT),
            Map.entry("parts.js", SCRIPT),
            Map.entry("plots.js", SCRIPT),
            Map.entry("sessions.js", SCRIPT),
            Map.entry("vendor/uPlot.iife.min.js", SCRIPT),
            Map.entry("vendor/uPlot.min.css", STYLE),
            Map.entry("vendor/htm-preact.module.js", SCRIPT));

    private static final HttpFields DASHBOARD_HEADERS = HttpFields.build()
            .put("Content-Security-Policy", policy("'self'"))
            .put(HttpHeader.CACHE_CONTROL, "no-cache")
            .asImmutable();

    // The relay listens on another port than the playground, hence ws: and wss:. The last two make
    // the page's clock fine enough for latencies.
    private static final HttpFields PLAYGROUND_HEADERS = HttpFields.build()
            .put("Content-Security-Policy", policy("'self' ws: wss:"))
            .put(HttpHeader.CACHE_CONTROL, "no-cache")
            .put("Cross-Origin-Opener-Policy", "same-origin")
            .put("Cross-Origin-Embedder-Policy", "require-corp")
            .asImmutable();

    private final Map<String, Page> pages = new HashMap<>();

    private record Page(String type, String etag, HttpFields headers, ByteBuffer content) {

        static Page load(String resource, String type, HttpFields headers) {
            try (InputStream in = StaticPages.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("missing in the jar: " + resource);
                }
                byte[] content = in.readAllBytes();
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
                String etag = '"' + HexFormat.of().formatHex(hash, 0, 12) + '"';
                return new Page(
                        type, etag, headers, ByteBuffer.wrap(content).asReadOnlyBuffer());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }

    StaticPages() {
        pages.putAll(load("/", DASHBOARD, DASHBOARD_FILES, DASHBOARD_HEADERS));
        pages.putAll(load(PLAYGROUND, PLAYGROUND, PLAYGROUND_FILES, PLAYGROUND_HEADERS));
    }

    /** No inline script or style, and no other host. */
    private static String policy(String connect) {
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                + "connect-src " + connect + "; form-action 'none'; base-uri 'none'; "
                + "frame-ancestors 'none'";
    }

    /** By the path under which each is served. */
    private static Map<String, Page> load(
            String page, String folder, Map<String, String> files, HttpFields headers) {
        return files.entrySet().stream()
                .collect(Collectors.toMap(
                        file -> file.getKey().equals(PAGE) ? page : folder + file.getKey(),
                        file -> Page.load(folder + file.getKey(), file.getValue(), headers)));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        Page page = pages.get(path);
        boolean elsewhere = PLAYGROUND.equals(path + "/");
        if (page == null && !elsewhere) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            headers.put(HttpHeader.ALLOW, "GET, HEAD");
            Replies.write(Answer.refused(405, "this path does not answer this method"),
                    request, response, callback);
        } else if (page == null) {
            response.setStatus(302);
            headers.put(HttpHeader.LOCATION, PLAYGROUND);
            callback.succeeded();
        } else {
            serve(page, request, response, callback);
        }
        return true;
    }

    private static void serve(Page page, Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        page.headers().forEach(headers::put);
        headers.put(HttpHeader.ETAG, page.etag());
        if (known(page, request)) {
            response.setStatus(304);
            callback.succeeded();
            return;
        }
        headers.put(HttpHeader.CONTENT_TYPE, page.type());
        headers.put(HttpHeader.CONTENT_LENGTH, page.content().remaining());
        response.write(true, page.content().slice(), callback);
    }

    /** No quoted hash is part of another, so looking for it finds it in any list, weak or not. */
    private static boolean known(Page page, Request request) {
        String tags = request.getHeaders().get(HttpHeader.IF_NONE_MATCH);
        return tags != null && tags.contains(page.etag());
    }
}
