package dev.weir.ops.watch;

import java.util.Locale;

/** How much a finding matters; the later, the worse. */
public enum Severity {
    /** Somebody should look at it today. */
    WARNING,
    /** Users notice it now, or will soon. */
    CRITICAL;

    /** {@return the name in JSON, logs and metrics} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return critical when what was measured is so many times the threshold, else a warning} */
    static Severity of(long measured, long threshold, int criticalFactor) {
        return measured / criticalFactor >= threshold ? CRITICAL : WARNING;
    }
}
