package dev.weir.accept;

import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
import org.jspecify.annotations.Nullable;

/** Which offers of permessage-deflate are accepted (RFC 7692 section 7.1). */
final class Deflate {

    static final String NAME = "permessage-deflate";

    private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";

    private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final Pattern WINDOW_BITS = Pattern.compile("[89]|1[0-5]");

    private Deflate() {}

    /** {@return the answer to the first offer that can be honoured; empty when there is none} */
    static List<ExtensionConfig> accept(List<ExtensionConfig> offers) {
        for (ExtensionConfig offer : offers) {
            if (offer.getName().equals(NAME) && canBeHonoured(offer)) {
                ExtensionConfig answer = new ExtensionConfig(NAME);
                if (offer.getParameterKeys().contains(SERVER_NO_CONTEXT)) {
                    answer.setParameter(SERVER_NO_CONTEXT);
                }
                return List.of(answer);
            }
        }
        return List.of();
    }

    /**
     * Whether an offer asks for nothing that we cannot do, and is well-formed; RFC 7692 section 7.1
     * says to decline it else. {@code client_no_context_takeover} and {@code
     * client_max_window_bits} are hints that need no answer. The first is never answered: Jetty
     * fails a message with a ping between its fragments once it is agreed.
     */
    private static boolean canBeHonoured(ExtensionConfig offer) {
        return offer.getParameters().entrySet().stream()
                .allMatch(parameter -> canBeHonoured(parameter.getKey(), parameter.getValue()));
    }

    private static boolean canBeHonoured(String name, @Nullable String value) {
        return switch (name) {
            case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT -> value == null;
            case CLIENT_WINDOW -> value == null || WINDOW_BITS.matcher(value).matches();
            default -> false;
        };
    }
}
