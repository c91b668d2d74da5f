package dev.weir.ops.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Lines for people: {@code 12:01:02.123 INFO  Session       opened  session=01J... key=robot-7}.
 * The time is local. Whatever came from outside cannot make a second line or a colour.
 */
final class ConsoleLines extends EncoderBase<ILoggingEvent> {

    private static final int FRAMES_PER_THROWABLE = 30;
    private static final int CAUSES = 5;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private static final String DIM = "\u001b[2m";
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String CYAN = "\u001b[36m";
    private static final String PLAIN = "\u001b[0m";

    private final boolean colours;
    private final ZoneId zone = ZoneId.systemDefault();

    ConsoleLines(boolean colours) {
        this.colours = colours;
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        paint(line, DIM, TIME.format(event.getInstant().atZone(zone)));
        paint(line.append(' '), colour(event.getLevel()), pad(event.getLevel().toString(), 5));
        paint(line.append(' '), DIM, pad(simpleName(event.getLoggerName()), 13));
        line.append(' ').append(Controls.escape(String.valueOf(event.getFormattedMessage())));
        if (event.getKeyValuePairs() != null) {
            String before = "  ";
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                paint(line.append(before), CYAN, Controls.escape(pair.key));
                line.append('=').append(quoted(Controls.escape(String.valueOf(pair.value))));
                before = " ";
            }
        }
        line.append('\n');
        appendThrowable(line, event.getThrowableProxy());
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void appendThrowable(StringBuilder line, @Nullable IThrowableProxy thrown) {
        String before = "  ";
        IThrowableProxy at = thrown;
        for (int depth = 0; at != null && depth < CAUSES; depth++, at = at.getCause()) {
            line.append(before).append(at.getClassName());
            if (at.getMessage() != null) {
                line.append(": ").append(Controls.escape(at.getMessage()));
            }
            line.append('\n');
            StackTraceElementProxy[] frames = at.getStackTraceElementProxyArray();
            int shown = Math.min(FRAMES_PER_THROWABLE, frames.length - at.getCommonFrames());
            for (int i = 0; i < shown; i++) {
                paint(line.append("    "), DIM, frames[i].getSTEAsString());
                line.append('\n');
            }
            if (shown < frames.length) {
                line.append("    ... ").append(frames.length - shown).append(" more\n");
            }
            before = "  caused by ";
        }
    }

    private void paint(StringBuilder line, String colour, String text) {
        if (colours) {
            line.append(colour).append(text).append(PLAIN);
        } else {
            line.append(text);
        }
    }

    private static String colour(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> RED;
            case Level.WARN_INT -> YELLOW;
            case Level.INFO_INT -> PLAIN;
            default -> DIM;
        };
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    private static String simpleName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }

    /** A value with a space or a quote in it is quoted, so that nothing in it looks like a pair. */
    private static String quoted(String value) {
        boolean plain = !value.isEmpty()
                && value.chars().noneMatch(c -> c == ' ' || c == '"' || c == '=');
        return plain ? value : '"' + value.replace("\"", "\\\"") + '"';
    }
}
