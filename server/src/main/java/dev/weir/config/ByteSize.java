package dev.weir.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A number of bytes, written with its unit: {@code 512B}, {@code 64KiB}, {@code 10MB}.
 *
 * @param bytes the number of bytes, from 0 to {@link #MAX}
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {

    /** The largest size that can be configured: 1 TiB. */
    public static final long MAX = 1L << 40;

    public ByteSize {
        if (bytes < 0 || bytes > MAX) {
            throw new IllegalArgumentException("a size is from 0B to 1TiB");
        }
    }

    /** {@return a size of that many KiB} */
    public static ByteSize kib(long kib) {
        return new ByteSize(Math.multiplyExact(kib, 1L << 10));
    }

    /** {@return a size of that many MiB} */
    public static ByteSize mib(long mib) {
        return new ByteSize(Math.multiplyExact(mib, 1L << 20));
    }

    /**
     * Reads a size with its unit.
     *
     * @throws IllegalArgumentException if it is not one; the message says what is accepted
     */
    @JsonCreator
    public static ByteSize parse(String text) {
        return Units.parseSize(text);
    }

    /** {@return the bytes as an {@code int}; sizes that become array lengths are below 2 GiB} */
    public int intBytes() {
        return Math.toIntExact(bytes);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** {@return the size in its largest exact unit; {@link #parse} reads it back} */
    @JsonValue
    @Override
    public String toString() {
        return Units.format(this);
    }
}
