package dev.weir.connectors;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a service sent over a broker, as a message or a good-bye. */
final class ServiceReply {

    /** The type of a reply that closes the client's session. */
    static final String DISCONNECTED = "dev.weir.disconnected";

    /** What a close frame holds beside its code (RFC 6455 section 5.5). */
    private static final int REASON_BYTES = 123;

    private ServiceReply() {}

    /**
     * {@return the message, or the good-bye when its type is {@link #DISCONNECTED}: then {@code
     * weircode} and {@code weirreason} say how}
     *
     * @param contentType as it came; without one it is text if it is valid UTF-8
     * @param attribute its CloudEvents attributes by name; null where there is none
     */
    static Incoming of(
            @Nullable String contentType,
            byte[] payload,
            Function<String, @Nullable String> attribute) {
        if (DISCONNECTED.equals(attribute.apply("type"))) {
            String reason = attribute.apply("weirreason");
            return new Goodbye(code(attribute.apply("weircode")),
                    reason == null ? "" : shortened(reason));
        }
        boolean silent = contentType == null || contentType.isBlank();
        return CloudEvent.received(contentType, payload, silent && Utf8.isValid(payload));
    }

    /** A code that no close frame may carry becomes the normal one. */
    private static int code(@Nullable String code) {
        if (code == null || !code.matches("[1-4][0-9]{3}")) {
            return Goodbye.NORMAL.code();
        }
        return Integer.parseInt(code);
    }

    private static String shortened(String reason) {
        CharBuffer from = CharBuffer.wrap(reason);
        ByteBuffer to = ByteBuffer.allocate(REASON_BYTES);
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        CoderResult result = encoder.encode(from, to, true);
        return result.isError() ? "" : reason.substring(0, from.position());
    }
}
