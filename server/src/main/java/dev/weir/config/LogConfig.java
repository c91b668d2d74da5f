package dev.weir.config;

/**
 * What is logged, and in which form.
 *
 * @param format JSON lines, or one for people
 * @param level the least important level that is shown
 */
public record LogConfig(Format format, Level level) {

    /** The form of a log line. */
    public enum Format {
        /** {@link #CONSOLE} on a terminal, else {@link #JSON}. */
        AUTO,
        /** One JSON object a line. */
        JSON,
        /** A readable line. */
        CONSOLE
    }

    /** The importance of a log line. */
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** {@return the embedded defaults} */
    public static LogConfig defaults() {
        return new LogConfig(Format.AUTO, Level.INFO);
    }
}
