package dev.weir.ops.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who brings the token (RFC 6750 section 2.1), and everybody to the probes. A header and
 * not a cookie, for a browser adds cookies to whatever any page asks for, and to every port of the
 * host; a header is added by our own page alone, so that no other page can act in a user's name.
 */
final class BearerToken extends Handler.Wrapper {

    private static final Set<String> PROBES = Set.of("/livez", "/readyz");
    private static final String SCHEME = "bearer ";

    private final Supplier<String> token;
    private final boolean required;

    /**
     * A check of the token.
     *
     * @param token what is asked for now; empty: nothing
     * @param required whether without any token nobody is let in
     */
    BearerToken(Supplier<String> token, boolean required, Handler handler) {
        super(handler);
        this.token = token;
        this.required = required;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String wanted = token.get();
        boolean open = wanted.isEmpty() && !required;
        if (open || PROBES.contains(Request.getPathInContext(request)) || has(request, wanted)) {
            return super.handle(request, response, callback);
        }
        response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"weir\"");
        Replies.write(
                Answer.refused(401, "this needs the header Authorization: Bearer TOKEN"),
                request, response, callback);
        return true;
    }

    private static boolean has(Request request, String wanted) {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        return !wanted.isEmpty()
                && header != null
                && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && same(header.substring(SCHEME.length()).strip(), wanted);
    }

    /** In a time that tells neither how long the token is nor how much of a guess is right. */
    private static boolean same(@Nullable String given, String wanted) {
        return given != null && MessageDigest.isEqual(hash(given), hash(wanted));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
