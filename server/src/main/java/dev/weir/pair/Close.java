package dev.weir.pair;

import java.nio.charset.StandardCharsets;

/**
 * What a close frame says (RFC 6455 section 5.5.1).
 *
 * @param code the status code; {@link #NO_CODE} is a close frame without one
 * @param text the reason, at most 123 bytes of UTF-8
 */
public record Close(int code, String text) {

    /** Stands for "no code was there"; never on the wire (RFC 6455 section 7.4.1). */
    public static final int NO_CODE = 1005;

    /** Stands for "there was no close frame"; never on the wire. */
    public static final int NO_FRAME = 1006;

    private static final int TEXT_BYTES_MAX = 123;

    public Close {
        while (text.getBytes(StandardCharsets.UTF_8).length > TEXT_BYTES_MAX) {
            text = text.substring(0, text.offsetByCodePoints(text.length(), -1));
        }
    }

    /** {@return whether a peer may be sent this: its code is one that RFC 6455 or IANA allows} */
    public boolean mayBeSent() {
        return code == NO_CODE
                || (code >= 1000 && code <= 1003)
                || (code >= 1007 && code <= 1014)
                || (code >= 3000 && code <= 4999);
    }
}
