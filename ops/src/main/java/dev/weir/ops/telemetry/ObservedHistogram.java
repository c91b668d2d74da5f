package dev.weir.ops.telemetry;

import io.opentelemetry.api.common.Attributes;
import java.util.List;
import java.util.function.Supplier;

/**
 * A histogram that somebody else fills, and that is read when it is collected. OpenTelemetry has
 * observed counters and gauges, but no such histogram; to record each value with its own would cost
 * more than the rest of a message.
 *
 * @param name of the instrument
 * @param unit of its values, a base unit
 * @param boundaries upper bounds of all buckets but the last, ascending
 * @param points the present counts, one point for each set of attributes
 */
public record ObservedHistogram(
        String name,
        String description,
        String unit,
        List<Double> boundaries,
        Supplier<List<Point>> points) {

    public ObservedHistogram {
        boundaries = List.copyOf(boundaries);
    }

    /**
     * The counts since the start.
     *
     * @param counts of each bucket, one more than boundaries
     * @param sum of all values
     */
    public record Point(Attributes attributes, List<Long> counts, double sum) {
        public Point {
            counts = List.copyOf(counts);
        }
    }
}
