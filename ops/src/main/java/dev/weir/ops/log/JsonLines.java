package dev.weir.ops.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import net.logstash.logback.composite.loggingevent.KeyValuePairsJsonProvider;
import net.logstash.logback.composite.loggingevent.LogLevelJsonProvider;
import net.logstash.logback.composite.loggingevent.LoggerNameJsonProvider;
import net.logstash.logback.composite.loggingevent.LoggingEventFormattedTimestampJsonProvider;
import net.logstash.logback.composite.loggingevent.LoggingEventJsonProviders;
import net.logstash.logback.composite.loggingevent.LoggingEventThreadNameJsonProvider;
import net.logstash.logback.composite.loggingevent.MessageJsonProvider;
import net.logstash.logback.composite.loggingevent.StackTraceJsonProvider;
import net.logstash.logback.decorate.json.CharacterEscapesDecorator;
import net.logstash.logback.decorate.json.CharacterEscapesDecorator.Escape;
import net.logstash.logback.encoder.LoggingEventCompositeJsonEncoder;
import net.logstash.logback.stacktrace.ShortenedThrowableConverter;

/**
 * One JSON object per line: {@code @timestamp} (UTC), {@code level}, {@code logger},
 * {@code thread}, {@code message}, the key-value pairs of the event, {@code stack_trace}.
 */
final class JsonLines {

    private static final int FRAMES_PER_THROWABLE = 30;
    private static final int STACK_TRACE_CHARACTERS = 8 * 1024;

    private JsonLines() {}

    static Encoder<ILoggingEvent> encoder() {
        LoggingEventFormattedTimestampJsonProvider time =
                new LoggingEventFormattedTimestampJsonProvider();
        time.setTimeZone("UTC");
        time.setPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
        LoggerNameJsonProvider logger = new LoggerNameJsonProvider();
        logger.setFieldName("logger");
        LoggingEventThreadNameJsonProvider thread = new LoggingEventThreadNameJsonProvider();
        thread.setFieldName("thread");

        LoggingEventJsonProviders fields = new LoggingEventJsonProviders();
        fields.addTimestamp(time);
        fields.addLogLevel(new LogLevelJsonProvider());
        fields.addLoggerName(logger);
        fields.addThreadName(thread);
        fields.addMessage(new MessageJsonProvider());
        fields.addKeyValuePairs(new KeyValuePairsJsonProvider());
        fields.addStackTrace(stackTrace());

        LoggingEventCompositeJsonEncoder encoder = new LoggingEventCompositeJsonEncoder();
        encoder.setProviders(fields);
        encoder.setLineSeparator("UNIX");
        encoder.addDecorator(escapes());
        return encoder;
    }

    private static StackTraceJsonProvider stackTrace() {
        ShortenedThrowableConverter shortened = new ShortenedThrowableConverter();
        shortened.setMaxDepthPerThrowable(FRAMES_PER_THROWABLE);
        shortened.setMaxLength(STACK_TRACE_CHARACTERS);
        shortened.setOmitCommonFrames(true);
        shortened.setLineSeparator("UNIX");
        StackTraceJsonProvider provider = new StackTraceJsonProvider();
        provider.setThrowableConverter(shortened);
        return provider;
    }

    /** JSON escapes the controls below the space; these others act on a terminal too. */
    private static CharacterEscapesDecorator escapes() {
        CharacterEscapesDecorator escapes = new CharacterEscapesDecorator();
        for (char c = 0x7f; c < 0xffff; c++) {
            if (Controls.actsOnTerminal(c)) {
                escapes.addEscape(new Escape(String.valueOf(c), Controls.escaped(c)));
            }
        }
        return escapes;
    }
}
