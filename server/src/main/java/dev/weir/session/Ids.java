package dev.weir.session;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes ids that are unique across nodes and cannot be guessed. Thread-safe. */
public final class Ids {

    private static final int ID_BYTES = 10;
    private static final int TRACE_BYTES = 16;

    private final SecureRandom random = new SecureRandom();

    /** {@return a new id of a session or a pair, 20 hexadecimal digits} */
    public String next() {
        return hex(ID_BYTES);
    }

    /** {@return a new trace id (W3C Trace Context), 32 hexadecimal digits} */
    public String nextTrace() {
        return hex(TRACE_BYTES);
    }

    private String hex(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
