package dev.weir.bench;

/** What messages consist of. */
public enum Content {
    /** Text frames of ASCII. */
    TEXT,
    /** Text frames with characters of one to four bytes, for the slow path of a UTF-8 check. */
    UTF8,
    /** Binary frames of random bytes. */
    BINARY;

    /** {@return the opcode of RFC 6455, 5.2} */
    int opcode() {
        return this == BINARY ? Frames.BINARY : Frames.TEXT;
    }
}
