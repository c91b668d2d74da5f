package dev.weir.config;

/**
 * What a message may be.
 *
 * @param limit payload bytes of one message; above it 1009
 * @param cutThrough a message larger than this is forwarded in pieces of this size as it arrives;
 *     at most 64 KiB
 * @param tinyFragments how many fragments of less than 16 bytes one message may have
 */
public record MessageConfig(ByteSize limit, ByteSize cutThrough, int tinyFragments) {

    /** {@return the embedded defaults} */
    public static MessageConfig defaults() {
        return new MessageConfig(ByteSize.mib(64), ByteSize.kib(64), 1000);
    }
}
