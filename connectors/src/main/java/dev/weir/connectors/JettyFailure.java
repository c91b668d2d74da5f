package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why Jetty's client has no answer from a service, in the words of {@link LinkException}. */
final class JettyFailure {

    private JettyFailure() {}

    /**
     * The kind is that of the deepest cause that has one.
     *
     * @param who the connector and its service, with which the message begins
     */
    static LinkException of(String who, @Nullable Throwable failure) {
        Kind kind = Kind.FAILED;
        Throwable root = failure;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            kind = kindOf(each, kind);
            root = each;
        }
        String why = root == null ? "" : ": " + root.getClass().getSimpleName();
        String more = root == null || root.getMessage() == null ? "" : ": " + root.getMessage();
        return new LinkException(kind, who + why + more, failure);
    }

    private static Kind kindOf(Throwable failure, Kind otherwise) {
        return switch (failure) {
            case ConnectException e -> Kind.UNREACHABLE;
            case UnknownHostException e -> Kind.UNREACHABLE;
            case UnresolvedAddressException e -> Kind.UNREACHABLE;
            case NoRouteToHostException e -> Kind.UNREACHABLE;
            case SSLException e -> Kind.UNREACHABLE;
            case SocketTimeoutException e -> Kind.TIMED_OUT;
            case TimeoutException e -> Kind.TIMED_OUT;
            case RejectedExecutionException e -> Kind.NOT_TRIED;
            case IOException e -> otherwise == Kind.FAILED ? Kind.LOST : otherwise;
            default -> otherwise;
        };
    }
}
