package dev.weir.config;

/**
 * What the whole node takes on.
 *
 * @param connections live sessions; above it 503
 * @param connectionsPerAddress live sessions of one remote address; above it 429
 * @param handshakesPerSecond of the whole node; above it 429
 * @param handshakesPerSecondPerAddress of one remote address; above it 429
 * @param queuedBytes memory that all outboxes together may hold; zero is {@code auto}, see {@link
 *     #queuedBytesOf}
 */
public record LimitsConfig(
        int connections,
        int connectionsPerAddress,
        int handshakesPerSecond,
        int handshakesPerSecondPerAddress,
        ByteSize queuedBytes) {

    private static final long AUTO_AT_MOST = 256L << 20;

    /** {@return the embedded defaults} */
    public static LimitsConfig defaults() {
        return new LimitsConfig(20_000, 20_000, 20_000, 20_000, new ByteSize(0));
    }

    /**
     * {@return the bytes that all outboxes together may hold}
     *
     * @param maxHeapBytes of this process; {@code auto} takes a quarter of it, at most 256 MiB
     */
    public long queuedBytesOf(long maxHeapBytes) {
        boolean auto = queuedBytes.bytes() == 0;
        return auto ? Math.min(AUTO_AT_MOST, maxHeapBytes / 4) : queuedBytes.bytes();
    }
}
