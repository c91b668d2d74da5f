package dev.weir.queue;

/** Opcodes of data frames (RFC 6455 section 5.2); control frames never enter a queue. */
public final class Opcode {

    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;

    private Opcode() {}
}
