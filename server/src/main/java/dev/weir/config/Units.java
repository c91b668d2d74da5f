package dev.weir.config;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How durations and sizes are written: a whole number and its unit. */
public final class Units {

    static final String DURATIONS = "a duration is written 500ms, 30s, 5m or 1h";
    static final String SIZES = "a size is written 512B, 64KiB, 1MiB or 10MB";

    /** The longest duration that can be configured: a year. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15}) ?([A-Za-z]{1,3})");

    private record Unit(String name, long factor) {}

    // Largest first: what is written takes the first unit that divides it.
    private static final Unit[] MILLIS = {
        new Unit("h", 3_600_000), new Unit("m", 60_000), new Unit("s", 1_000), new Unit("ms", 1)
    };
    private static final Unit[] BYTES = {
        new Unit("TiB", 1L << 40),
        new Unit("GiB", 1 << 30),
        new Unit("MiB", 1 << 20),
        new Unit("KiB", 1 << 10),
        new Unit("GB", 1_000_000_000),
        new Unit("MB", 1_000_000),
        new Unit("KB", 1_000),
        new Unit("B", 1)
    };

    private Units() {}

    /**
     * Reads a duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, or {@code off},
     * which is {@link Duration#ZERO}.
     *
     * @throws IllegalArgumentException if it is none, or longer than a year
     */
    public static Duration parseDuration(String text) {
        if (text.equals("off")) {
            return Duration.ZERO;
        }
        long millis = millis(text).orElseThrow(() -> new IllegalArgumentException(DURATIONS));
        if (millis > LONGEST.toMillis()) {
            throw new IllegalArgumentException("a duration is at most 8760h");
        }
        return Duration.ofMillis(millis);
    }

    static ByteSize parseSize(String text) {
        if (text.equals("auto")) {
            return new ByteSize(0);
        }
        return new ByteSize(bytes(text).orElseThrow(() -> new IllegalArgumentException(SIZES)));
    }

    /** {@return the milliseconds of an amount with its unit; empty if it is not written so} */
    static OptionalLong millis(String text) {
        return parse(text, MILLIS);
    }

    /** {@return the bytes of an amount with its unit; empty if it is not written so} */
    static OptionalLong bytes(String text) {
        return parse(text, BYTES);
    }

    /** {@return the duration in its largest exact unit, at least milliseconds; zero is off} */
    public static String format(Duration duration) {
        return duration.isZero() ? "off" : format(duration.toMillis(), MILLIS);
    }

    static String format(ByteSize size) {
        return size.bytes() == 0 ? "auto" : format(size.bytes(), BYTES);
    }

    /** More than a {@code long} holds is the most that it holds: beyond every limit anyway. */
    private static OptionalLong parse(String text, Unit[] units) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        for (Unit unit : units) {
            if (unit.name.equals(matcher.group(2))) {
                boolean fits = amount <= Long.MAX_VALUE / unit.factor;
                return OptionalLong.of(fits ? amount * unit.factor : Long.MAX_VALUE);
            }
        }
        return OptionalLong.empty();
    }

    private static String format(long amount, Unit[] units) {
        for (Unit unit : units) {
            if (amount % unit.factor == 0) {
                return amount / unit.factor + unit.name;
            }
        }
        throw new IllegalStateException("every amount is a multiple of the smallest unit");
    }
}
