package dev.weir;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What Prometheus would get from {@code /metrics}.
 *
 * @param samples by name and labels: {@code weir_pairs{weir_route="default"}}
 */
record Scrape(Map<String, Double> samples) {

    private static final Pattern NAME = Pattern.compile("^[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL = Pattern.compile("[{,]([a-zA-Z_][a-zA-Z0-9_]*)=\"");

    /** Reads the text format. */
    static Scrape of(String page) {
        return new Scrape(page.lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                        (first, second) -> first,
                        TreeMap::new)));
    }

    /** {@return the sum of all samples of that name that have these labels, {@code name=value}} */
    double value(String name, String... labels) {
        List<String> wanted = Arrays.stream(labels)
                .map(label -> label.replace("=", "=\"") + "\"")
                .toList();
        return samples.entrySet().stream()
                .filter(sample -> nameOf(sample.getKey()).equals(name)
                        && wanted.stream().allMatch(sample.getKey()::contains))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** {@return the names of all samples, and of the labels of each} */
    Map<String, TreeSet<String>> labels() {
        Map<String, TreeSet<String>> labels = new TreeMap<>();
        samples.keySet().forEach(sample -> labels
                .computeIfAbsent(nameOf(sample), name -> new TreeSet<>())
                .addAll(LABEL.matcher(sample).results().map(result -> result.group(1)).toList()));
        return labels;
    }

    private static String nameOf(String sample) {
        return NAME.matcher(sample).results().map(MatchResult::group).findFirst().orElse("");
    }
}
