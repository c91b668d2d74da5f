package dev.weir.ops.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.status.NopStatusListener;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the process, written to standard output. Set up here and nowhere else: no file on the
 * class path and no system property changes it.
 *
 * <p>Threads that log never wait for the reader of the log: lines go through a bounded queue to one
 * writer thread, and what finds the queue full is dropped, counted and reported.
 */
public final class Logging implements AutoCloseable {

    /** Lines that wait for the writer; the last fifth is kept for warnings and errors. */
    static final int QUEUE_LINES = 4096;

    private static final int FLUSH_MILLIS = 2000;

    private final LoggerContext context;
    private final LongAdder dropped;
    private final StreamAppender writer;

    private Logging(LoggerContext context, LongAdder dropped, StreamAppender writer) {
        this.context = context;
        this.dropped = dropped;
        this.writer = writer;
    }

    /**
     * Starts logging; what was set up before ends.
     *
     * @param format {@code json}, {@code console} or {@code auto}: console on a terminal
     * @param level {@code trace}, {@code debug}, {@code info}, {@code warn} or {@code error}
     * @throws IllegalArgumentException for any other format or level
     */
    public static Logging start(String format, String level) {
        return start(format, level, new FileOutputStream(FileDescriptor.out), onTerminal());
    }

    static Logging start(String format, String level, OutputStream out, boolean terminal) {
        Level threshold = parse(level);
        Encoder<ILoggingEvent> encoder = switch (format) {
            case "json" -> JsonLines.encoder();
            case "console" -> new ConsoleLines(terminal && colours());
            case "auto" -> terminal ? new ConsoleLines(colours()) : JsonLines.encoder();
            default -> throw new IllegalArgumentException(
                    "log format '" + format + "': must be auto, json or console");
        };
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.start();
        context.getStatusManager().add(new NopStatusListener());

        encoder.setContext(context);
        encoder.start();
        LongAdder dropped = new LongAdder();
        StreamAppender writer = new StreamAppender(out, encoder, dropped);
        writer.setContext(context);
        writer.start();
        BoundedAppender queue = new BoundedAppender(QUEUE_LINES, FLUSH_MILLIS, dropped);
        queue.setContext(context);
        queue.addAppender(writer);
        queue.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(queue);

        Logging logging = new Logging(context, dropped, writer);
        apply(context, threshold);
        return logging;
    }

    /**
     * Changes the level of the whole process.
     *
     * @throws IllegalArgumentException for a level that {@link #start} does not take
     */
    public void level(String level) {
        apply(context, level);
    }

    /** Lines that were lost since the start: the queue was full, or they could not be written. */
    public long dropped() {
        return dropped.sum();
    }

    /** Why lines could not be written; empty when that has not happened. */
    public String lastFailure() {
        return writer.lastFailure();
    }

    /** Writes what is queued, for at most two seconds, and ends logging. */
    @Override
    public void close() {
        context.stop();
    }

    static void apply(LoggerContext context, String level) {
        apply(context, parse(level));
    }

    /**
     * Libraries are one step quieter: Jetty tells of every start at info and of every frame at
     * debug, Kafka's clients of all their properties at info.
     */
    private static void apply(LoggerContext context, Level level) {
        Level quieter = level.isGreaterOrEqual(Level.WARN) ? level
                : level.equals(Level.INFO) ? Level.WARN : Level.INFO;
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        context.getLogger("org.eclipse.jetty").setLevel(quieter);
        context.getLogger("org.apache.kafka").setLevel(quieter);
    }

    private static Level parse(String level) {
        return switch (level) {
            case "trace", "debug", "info", "warn", "error" ->
                    Level.valueOf(level.toUpperCase(Locale.ROOT));
            default -> throw new IllegalArgumentException(
                    "log level '" + level + "': must be trace, debug, info, warn or error");
        };
    }

    // Java 22 to 24 always have a console; in Java 25 there is none again without a terminal.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** A terminal shows colours unless its user said otherwise, see no-color.org. */
    private static boolean colours() {
        String noColor = System.getenv("NO_COLOR");
        return (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }
}
