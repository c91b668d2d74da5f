package dev.weir.ops.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.event.KeyValuePair;

/**
 * Writes lines to a stream, on the one thread of the queue before it. A line that cannot be made or
 * written (a full disk, a closed pipe) counts as dropped and the next one is tried: Logback's own
 * stream appender would be silent for good after the first failure.
 */
final class StreamAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final OutputStream out;
    private final Encoder<ILoggingEvent> encoder;
    private final LongAdder dropped;
    private long reported;
    private volatile String lastFailure = "";

    StreamAppender(OutputStream out, Encoder<ILoggingEvent> encoder, LongAdder dropped) {
        this.out = out;
        this.encoder = encoder;
        this.dropped = dropped;
        setName("stream");
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            long total = dropped.sum();
            if (total > reported) {
                write(report(total));
                reported = total;
            }
            write(event);
        } catch (IOException | RuntimeException e) {
            lastFailure = String.valueOf(e.getMessage());
            dropped.increment(); // nobody is left to tell but the next line, and who asks
        }
    }

    /** {@return why the last line was lost that could not be written; empty while none was} */
    String lastFailure() {
        return lastFailure;
    }

    private void write(ILoggingEvent event) throws IOException {
        out.write(encoder.encode(event));
        out.flush();
    }

    private LoggingEvent report(long total) {
        Logger logger = ((LoggerContext) getContext()).getLogger(Logging.class);
        LoggingEvent event = new LoggingEvent(
                Logging.class.getName(), logger, Level.WARN, "log lines were dropped", null, null);
        event.setKeyValuePairs(List.of(
                new KeyValuePair("count", total - reported), new KeyValuePair("total", total)));
        return event;
    }
}
