package dev.weir.ops.telemetry;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Gives the SDK histograms that are kept elsewhere. They are cumulative whatever is preferred. */
final class Histograms implements MetricProducer {

    private final List<ObservedHistogram> observed = new CopyOnWriteArrayList<>();
    private final InstantSource clock;
    private final long start;

    Histograms(InstantSource clock) {
        this.clock = clock;
        this.start = nanos(clock.instant());
    }

    void add(ObservedHistogram histogram) {
        observed.add(histogram);
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        long now = nanos(clock.instant());
        return observed.stream().<MetricData>map(histogram -> new Collected(
                        resource,
                        histogram.name(),
                        histogram.description(),
                        histogram.unit(),
                        data(histogram, now)))
                .toList();
    }

    private HistogramData data(ObservedHistogram histogram, long now) {
        return HistogramData.create(
                AggregationTemporality.CUMULATIVE,
                histogram.points().get().stream()
                        .map(point -> HistogramPointData.create(
                                start,
                                now,
                                point.attributes(),
                                point.sum(),
                                false,
                                0,
                                false,
                                0,
                                histogram.boundaries(),
                                point.counts()))
                        .toList());
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    /** One histogram as the SDK hands it on. */
    private record Collected(
            Resource resource,
            String name,
            String description,
            String unit,
            HistogramData histogram)
            implements MetricData {

        private static final InstrumentationScopeInfo INSTRUMENTATION =
                InstrumentationScopeInfo.create(Telemetry.SCOPE);

        @Override
        public Resource getResource() {
            return resource;
        }

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return INSTRUMENTATION;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDescription() {
            return description;
        }

        @Override
        public String getUnit() {
            return unit;
        }

        @Override
        public MetricDataType getType() {
            return MetricDataType.HISTOGRAM;
        }

        @Override
        public Data<?> getData() {
            return histogram;
        }
    }
}
