package dev.weir.bench;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;

/**
 * A result for people and for programs.
 *
 * @param result what was found
 * @param begun when
 * @param about under what circumstances: target, versions, machine
 */
public record Report(Result result, Instant begun, Map<String, String> about) {

    /** The percentiles that are told, and what they are called. */
    static final Map<String, Double> PERCENTILES = percentiles();

    private static final double MICRO = 1e3;
    private static final int LABEL = 36;
    private static final int CURVE = 24;

    public Report {
        about = new LinkedHashMap<>(about);
    }

    private static Map<String, Double> percentiles() {
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (double p : List.of(50.0, 90.0, 99.0, 99.9, 99.99)) {
            percentiles.put("p" + String.valueOf(p).replaceAll("\\.0$", ""), p);
        }
        return percentiles;
    }

    /** {@return the result in lines that fit a terminal} */
    public String text() {
        StringBuilder text = new StringBuilder(result.mode() + ": " + result.summary() + "\n"
                + number(result.seconds()) + " s"
                + (about.containsKey("target") ? " at " + about.get("target") : "") + "\n\n");
        result.facts().forEach((name, value) ->
                text.append(row(name.replace('_', ' '), value)));
        for (Figure figure : result.figures()) {
            text.append(row(figure.label(),
                    (number(figure.value()) + " " + figure.unit()).strip()));
        }
        if (!result.curves().isEmpty()) {
            text.append('\n').append(String.format(Locale.ROOT, "  %-" + CURVE + "s", "µs"));
            PERCENTILES.keySet().forEach(name -> text.append(column(name)));
            text.append(column("max")).append('\n');
        }
        for (Curve curve : result.curves()) {
            text.append(String.format(Locale.ROOT, "  %-" + CURVE + "s", curve.label()));
            PERCENTILES.values().forEach(p -> text.append(
                    column(number(curve.nanos().getValueAtPercentile(p) / MICRO))));
            text.append(column(number(curve.nanos().getMaxValue() / MICRO))).append('\n');
        }
        return text.append('\n').append(verdict()).append('\n').toString();
    }

    /** {@return whether the relay did right, in words} */
    String verdict() {
        Violations violations = result.violations();
        String checked = String.format(Locale.ROOT, "%,d messages checked: ", result.verified());
        return violations.total() == 0
                ? checked + "none lost, doubled, out of order or damaged"
                : checked + violations + "; the first: " + violations.first();
    }

    private static String row(String label, String value) {
        return "  " + label + " ".repeat(Math.max(1, LABEL - label.length())) + value + "\n";
    }

    private static String column(String text) {
        return String.format(Locale.ROOT, "%10s", text);
    }

    /** {@return three digits, or all before the point} */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || value == Math.rint(value) ? "%,.0f"
                : size >= 10 ? "%.1f"
                : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    /** {@return the result as one JSON object} */
    public String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mode", result.mode());
        json.put("summary", result.summary());
        json.put("begun", begun.toString());
        json.put("seconds", result.seconds());
        json.put("about", about);
        json.put("facts", result.facts());
        Map<String, Double> figures = new LinkedHashMap<>();
        result.figures().forEach(figure -> figures.put(figure.name(), figure.value()));
        json.put("figures", figures);
        Map<String, Object> curves = new LinkedHashMap<>();
        result.curves().forEach(curve -> curves.put(curve.name(), micros(curve.nanos())));
        json.put("times_us", curves);
        json.put("verified", result.verified());
        json.put("violations", violations());
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }

    private static Map<String, Object> micros(Histogram nanos) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", nanos.getTotalCount());
        json.put("mean", nanos.getMean() / MICRO);
        PERCENTILES.forEach((name, p) -> json.put(name, nanos.getValueAtPercentile(p) / MICRO));
        json.put("max", nanos.getMaxValue() / MICRO);
        return json;
    }

    private Map<String, Object> violations() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("total", result.violations().total());
        for (Violations.Kind kind : Violations.Kind.values()) {
            json.put(kind.name().toLowerCase(Locale.ROOT), result.violations().count(kind));
        }
        json.put("first", result.violations().first());
        return json;
    }
}
