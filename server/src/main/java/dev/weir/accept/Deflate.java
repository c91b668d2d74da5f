package dev.weir.accept;

import java.util.List;
import java.util.Set;
import org.eclipse.jetty.websocket.core.ExtensionConfig;

/** Which offers of permessage-deflate are accepted (RFC 7692 section 7.1). */
final class Deflate {

    static final String NAME = "permessage-deflate";

    private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";

    /**
     * Parameters of an offer that we can honour. {@code client_no_context_takeover} and {@code
     * client_max_window_bits} are hints that need no answer. The first is never answered: Jetty
     * fails a message with a ping between its fragments once it is agreed.
     */
    private static final Set<String> KNOWN = Set.of(
            SERVER_NO_CONTEXT, "client_no_context_takeover", "client_max_window_bits");

    private Deflate() {}

    /** {@return the answer to the first offer that can be honoured; empty when there is none} */
    static List<ExtensionConfig> accept(List<ExtensionConfig> offers) {
        for (ExtensionConfig offer : offers) {
            if (offer.getName().equals(NAME) && KNOWN.containsAll(offer.getParameterKeys())) {
                ExtensionConfig answer = new ExtensionConfig(NAME);
                if (offer.getParameterKeys().contains(SERVER_NO_CONTEXT)) {
                    answer.setParameter(SERVER_NO_CONTEXT);
                }
                return List.of(answer);
            }
        }
        return List.of();
    }
}
