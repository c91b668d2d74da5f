package dev.weir.config;

import java.util.Comparator;

/**
 * Where a setting was made.
 *
 * @param source the file, {@code env NAME} or a flag
 * @param line from 1; 0 where the source has no lines
 * @param column from 1; 0 where the source has no lines
 */
record Origin(String source, int line, int column) implements Comparable<Origin> {

    private static final Comparator<Origin> ORDER =
            Comparator.comparing((Origin origin) -> origin.line == 0)
                    .thenComparingInt(Origin::line)
                    .thenComparingInt(Origin::column)
                    .thenComparing(Origin::source);

    static Origin ofFile(String file) {
        return new Origin(file, 0, 0);
    }

    static Origin ofEnvironment(String name) {
        return new Origin("env " + Printable.escape(name), 0, 0);
    }

    static Origin ofFlag(String flag) {
        return new Origin(flag, 0, 0);
    }

    /** Positions in the file first, in their order; then the rest by name. */
    @Override
    public int compareTo(Origin other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
