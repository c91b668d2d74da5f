package dev.weir.session;

import dev.weir.config.TraceConfig;
import dev.weir.pair.End;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.MessageTrace;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.event.Level;

/**
 * The spans of sessions and of messages. A message's span begins a trace of its own and links to
 * the handshake of the session that sent it: the trace of a session that lives for days would never
 * be done.
 *
 * <p>Which messages: a random share, and whatever was slow or lost. Spans of the latter are made
 * when that is known, at most {@value #AFTERWARDS_PER_SECOND} a second, so that a flood of losses
 * does not become a flood of spans. Thread-safe.
 */
public final class Traces {

    /** Keys of the messaging semantic conventions, which are not stable yet. */
    private static final Attributes FORWARD = Attributes.of(
            AttributeKey.stringKey("messaging.system"), "weir",
            AttributeKey.stringKey("messaging.operation.name"), "forward",
            AttributeKey.stringKey("messaging.operation.type"), "process");

    private static final AttributeKey<String> DESTINATION =
            AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<Long> BODY_SIZE =
            AttributeKey.longKey("messaging.message.body.size");
    private static final AttributeKey<Long> BATCH =
            AttributeKey.longKey("messaging.batch.message_count");

    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weir.route");
    private static final AttributeKey<String> SIDE = AttributeKey.stringKey("weir.side");
    private static final AttributeKey<String> SESSION = AttributeKey.stringKey("weir.session");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("weir.reason");
    private static final AttributeKey<Long> CLOSE_CODE = AttributeKey.longKey("weir.close.code");
    private static final AttributeKey<Long> RECEIVED =
            AttributeKey.longKey("weir.messages.received");
    private static final AttributeKey<Long> SENT = AttributeKey.longKey("weir.messages.sent");
    private static final AttributeKey<Long> UNDELIVERED =
            AttributeKey.longKey("weir.messages.undelivered");

    private static final int AFTERWARDS_PER_SECOND = 100;
    private static final int NEVER = Integer.MAX_VALUE;

    private final Tracer tracer;
    private final boolean on;
    private final double share;
    private final long slowNanos;
    private final InstantSource clock;
    private final LongSupplier nanoClock;

    private final AtomicLong second = new AtomicLong();
    private final AtomicInteger afterwards = new AtomicInteger();

    /**
     * Traces what the configuration says.
     *
     * @param tracer a disabled one costs nothing
     */
    public Traces(Tracer tracer, TraceConfig config, InstantSource clock, LongSupplier nanoClock) {
        this.tracer = tracer;
        this.on = tracer.isEnabled();
        this.share = config.messages();
        this.slowNanos = config.slow().isZero() ? Long.MAX_VALUE : config.slow().toNanos();
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** {@return one that traces nothing} */
    public static Traces off() {
        Tracer none = TracerProvider.noop().get("");
        return new Traces(none, TraceConfig.defaults(), () -> Instant.EPOCH, () -> 0);
    }

    /**
     * {@return how many messages until the next one that is traced; that one counts}
     *
     * <p>Geometrically distributed: as if dice were thrown for each message, without the dice.
     */
    int gap() {
        if (!on || share <= 0) {
            return NEVER;
        } else if (share >= 1) {
            return 1;
        }
        double dice = 1 - ThreadLocalRandom.current().nextDouble(); // never 0
        return (int) Math.min(NEVER, 1 + Math.floor(Math.log(dice) / Math.log1p(-share)));
    }

    /** Begins the span of a message that this session has sent. */
    MessageTrace message(Session sender, int bytes) {
        Span span = forward(sender).setAttribute(BODY_SIZE, (long) bytes).startSpan();
        span.addEvent("received");
        return new MessageTrace(span);
    }

    private SpanBuilder forward(Session sender) {
        String route = sender.identity().route().name();
        return tracer.spanBuilder("forward " + route)
                .setSpanKind(SpanKind.CONSUMER)
                .setNoParent()
                .addLink(sender.identity().handshake())
                .setAllAttributes(FORWARD)
                .setAttribute(DESTINATION, route)
                .setAttribute(ROUTE, route)
                .setAttribute(SIDE, sender.side().label())
                .setAttribute(SESSION, sender.identity().id());
    }

    /** A run of messages that this session sent is written, so long after the first came in. */
    void delivered(Session sender, FrameBuffer run, long nanos) {
        if (!on) {
            return;
        }
        run.traces().forEach(MessageTrace::written);
        if (nanos > slowNanos && run.traces().isEmpty() && mayAfterwards()) {
            Instant now = clock.instant();
            forward(sender)
                    .setAttribute(BODY_SIZE, run.payloadBytes())
                    .setAttribute(BATCH, (long) run.messages())
                    .setAttribute(REASON, "slow")
                    .setStartTimestamp(now.minusNanos(nanos))
                    .startSpan()
                    .end(now);
        }
    }

    /** Messages that this session sent reach nobody. */
    void lost(Session sender, long messages, long bytes, String why) {
        if (on && messages > 0 && mayAfterwards()) {
            Span span = forward(sender)
                    .setAttribute(BODY_SIZE, bytes)
                    .setAttribute(BATCH, messages)
                    .setAttribute(REASON, why)
                    .startSpan();
            span.setStatus(StatusCode.ERROR, why);
            span.end();
        }
    }

    private boolean mayAfterwards() {
        long now = TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong());
        long last = second.get();
        if (now != last && second.compareAndSet(last, now)) {
            afterwards.set(0);
        }
        return afterwards.incrementAndGet() <= AFTERWARDS_PER_SECOND;
    }

    /** This session is over; its span, a child of its handshake's, tells of all its life. */
    void ended(Session session) {
        End end = session.end();
        if (!on || end == null) {
            return;
        }
        Identity who = session.identity();
        Span span = tracer.spanBuilder("session " + who.route().name())
                .setParent(Context.root().with(Span.wrap(who.handshake())))
                .setStartTimestamp(who.since())
                .setAttribute(ROUTE, who.route().name())
                .setAttribute(SIDE, who.side().label())
                .setAttribute(SESSION, who.id())
                .setAttribute(REASON, end.reason().label())
                .setAttribute(CLOSE_CODE, (long) end.close().code())
                .setAttribute(RECEIVED, session.traffic().received().messages())
                .setAttribute(SENT, session.traffic().sent().messages())
                .setAttribute(UNDELIVERED, session.undelivered())
                .startSpan();
        if (end.reason().level().compareTo(Level.WARN) <= 0) {
            span.setStatus(StatusCode.ERROR, end.close().text());
        }
        span.end();
    }
}
