package dev.weir.connectors.guard;

import dev.weir.connectors.guard.Call.Operation;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongUpDownCounter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What is counted of one service, for the metrics and for the admin port. */
final class Meters {

    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("operation");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
    private static final double NANOS_PER_SECOND = 1e9;

    private final Attributes service;
    private final LongCounter calls;
    private final LongCounter retries;
    private final DoubleHistogram duration;
    private final ObservableLongGauge state;
    private final ObservableLongUpDownCounter inFlight;
    private final Map<Outcome, LongAdder> ended = new ConcurrentHashMap<>();
    private final LongAdder retried = new LongAdder();

    Meters(OpenTelemetry telemetry, String name, String type, Supplier<State> state,
            IntSupplier inFlight) {
        service = Attributes.of(
                AttributeKey.stringKey("connector"), name, AttributeKey.stringKey("type"), type);
        Meter meter = telemetry.getMeter("dev.weir.connectors");
        calls = meter.counterBuilder("weir.connector.calls")
                .setDescription("Calls to the service that ended, with how they ended.")
                .setUnit("{call}")
                .build();
        retries = meter.counterBuilder("weir.connector.retries")
                .setDescription("Further attempts at calls that had failed.")
                .setUnit("{attempt}")
                .build();
        duration = meter.histogramBuilder("weir.connector.call.duration")
                .setDescription("How long calls took, with all attempts.")
                .setUnit("s")
                .setExplicitBucketBoundariesAdvice(List.of(
                        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                        1.0, 2.5, 5.0, 10.0, 30.0, 60.0))
                .build();
        this.state = meter.gaugeBuilder("weir.connector.state").ofLongs()
                .setDescription("1 for the state that the breaker is in, 0 for the others.")
                .buildWithCallback(gauge -> {
                    State now = state.get();
                    for (State each : State.values()) {
                        gauge.record(each == now ? 1 : 0,
                                service.toBuilder().put(STATE, each.word()).build());
                    }
                });
        this.inFlight = meter.upDownCounterBuilder("weir.connector.inflight")
                .setDescription("Calls that the service has right now.")
                .setUnit("{call}")
                .buildWithCallback(counter -> counter.record(inFlight.getAsInt(), service));
    }

    void ended(Operation operation, Outcome outcome, long nanos) {
        Attributes how = service.toBuilder()
                .put(OPERATION, operation.word()).put(OUTCOME, outcome.word()).build();
        calls.add(1, how);
        duration.record(nanos / NANOS_PER_SECOND, how);
        ended.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
    }

    void retried() {
        retries.add(1, service);
        retried.increment();
    }

    long retries() {
        return retried.sum();
    }

    long calls(Outcome... outcomes) {
        return Stream.of(outcomes)
                .map(ended::get)
                .filter(Objects::nonNull)
                .mapToLong(LongAdder::sum)
                .sum();
    }

    /** Shows the gauges no more. */
    void close() {
        state.close();
        inFlight.close();
    }
}
