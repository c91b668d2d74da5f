package dev.weir.ops.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.event.KeyValuePair;

/**
 * Logback's asynchronous appender, which never blocks, with one thing added: it counts what it
 * drops. Info and below are dropped when a fifth of the queue is left, warnings when nothing is.
 */
final class BoundedAppender extends AsyncAppender {

    private final LongAdder dropped;
    private final int keptForWarnings;
    private final Object oneProducer = new Object();

    BoundedAppender(int queueLines, int flushMillis, LongAdder dropped) {
        this.dropped = dropped;
        this.keptForWarnings = queueLines / 5;
        setName("queue");
        setQueueSize(queueLines);
        setMaxFlushTime(flushMillis);
        setDiscardingThreshold(0);
        setNeverBlock(true);
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().replaceAll(BoundedAppender::settled);
        }
        // The parent does not tell whether it dropped. Room that is seen under this lock stays,
        // because the only other thread at the queue is the writer, and it makes room.
        synchronized (oneProducer) {
            int room = getRemainingCapacity();
            if (room == 0 || (room <= keptForWarnings && isDiscardable(event))) {
                dropped.increment();
            } else {
                super.append(event);
            }
        }
    }

    /** The value as it is now, on the thread that logs it; numbers stay numbers for JSON. */
    private static KeyValuePair settled(KeyValuePair pair) {
        return switch (pair.value) {
            case null -> pair;
            case String _, Number _, Boolean _ -> pair;
            default -> new KeyValuePair(pair.key, text(pair.value));
        };
    }

    private static String text(Object value) {
        try {
            return value.toString();
        } catch (RuntimeException e) {
            return "<" + e.getClass().getSimpleName() + " in toString>";
        }
    }
}
