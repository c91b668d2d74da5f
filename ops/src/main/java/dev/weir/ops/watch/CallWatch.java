package dev.weir.ops.watch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Calls that do not return: those of sessions to us, or those of connectors to their services. */
public final class CallWatch implements Probe {

    private static final int CRITICAL_FACTOR = 6;

    private final Kind kind;
    private final Duration threshold;
    private final Supplier<? extends Collection<Call>> calls;

    /**
     * A watch over calls.
     *
     * @param kind of its findings
     * @param threshold a call that has run so long is stuck
     * @param calls gives those that run now, or at least the long ones; it must not block
     */
    public CallWatch(
            Kind kind, Duration threshold, Supplier<? extends Collection<Call>> calls) {
        this.kind = kind;
        this.threshold = threshold;
        this.calls = calls;
    }

    @Override
    public List<Sighting> look() {
        return calls.get().stream()
                .filter(call -> call.nanos() >= threshold.toNanos())
                .map(this::sighting)
                .toList();
    }

    private Sighting sighting(Call call) {
        Thread thread = call.thread();
        return new Sighting(
                kind,
                call.subject() + " " + call.what(),
                Severity.of(call.nanos(), threshold.toNanos(), CRITICAL_FACTOR),
                thread == null ? call.caller() : call.caller().in(thread),
                call.subject() + " " + call.what() + ", for " + Wording.time(call.nanos()) + " now",
                Map.of("millis", call.nanos() / 1_000_000));
    }
}
