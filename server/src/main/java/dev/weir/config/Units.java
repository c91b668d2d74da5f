package dev.weir.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How durations and sizes are written: a whole number and its unit. */
public final class Units {

    /** The longest duration that can be configured: a year. */
    public static final Duration MAX_DURATION = Duration.ofDays(365);

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15}) ?([A-Za-z]+)");
    private static final String DURATIONS = "a duration is written 500ms, 30s, 5m or 1h";
    private static final String SIZES = "a size is written 512B, 64KiB, 1MiB or 10MB";
    private static final Map<String, Long> MILLIS = new LinkedHashMap<>();
    private static final Map<String, Long> BYTES = new LinkedHashMap<>();

    static {
        // Largest first: format() takes the first unit that divides exactly.
        MILLIS.put("h", 3_600_000L);
        MILLIS.put("m", 60_000L);
        MILLIS.put("s", 1_000L);
        MILLIS.put("ms", 1L);
        BYTES.put("TiB", 1L << 40);
        BYTES.put("GiB", 1L << 30);
        BYTES.put("MiB", 1L << 20);
        BYTES.put("KiB", 1L << 10);
        BYTES.put("GB", 1_000_000_000L);
        BYTES.put("MB", 1_000_000L);
        BYTES.put("KB", 1_000L);
        BYTES.put("B", 1L);
    }

    private Units() {}

    /**
     * Reads a duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, or {@code off},
     * which is {@link Duration#ZERO}.
     *
     * @throws IllegalArgumentException if it is not one; the message says what is accepted
     */
    public static Duration parseDuration(String text) {
        if (text.equals("off")) {
            return Duration.ZERO;
        }
        long millis = parse(text, MILLIS, MAX_DURATION.toMillis(), DURATIONS, "8760h (a year)");
        return Duration.ofMillis(millis);
    }

    static ByteSize parseSize(String text) {
        if (text.equals("auto")) {
            return new ByteSize(0);
        }
        return new ByteSize(parse(text, BYTES, ByteSize.MAX, SIZES, "1TiB"));
    }

    private static long parse(
            String text, Map<String, Long> units, long max, String accepted, String longest) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(accepted);
        }
        Long unit = units.get(matcher.group(2));
        if (unit == null) {
            throw new IllegalArgumentException(accepted);
        }
        long amount = Long.parseLong(matcher.group(1));
        if (amount > max / unit) {
            throw new IllegalArgumentException("must be at most " + longest);
        }
        return amount * unit;
    }

    /** {@return the duration in its largest exact unit, whole milliseconds; zero is {@code off}} */
    public static String format(Duration duration) {
        return duration.isZero() ? "off" : format(duration.toMillis(), MILLIS);
    }

    static String format(ByteSize size) {
        return size.bytes() == 0 ? "auto" : format(size.bytes(), BYTES);
    }

    private static String format(long amount, Map<String, Long> units) {
        for (Map.Entry<String, Long> unit : units.entrySet()) {
            if (amount % unit.getValue() == 0) {
                return amount / unit.getValue() + unit.getKey();
            }
        }
        throw new IllegalStateException("the smallest unit is 1");
    }
}
