package dev.weir.bench;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A report as one HTML file: figures, and the distributions as curves over percentiles, both axes
 * logarithmic so that the tail has room. No script, nothing from elsewhere; light or dark as the
 * reader's system is.
 */
public final class HtmlReport {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 40;
    private static final int TOP = 20;
    private static final int BOTTOM = 50;
    private static final int LEGEND = 180;

    /** From one in one to one in so many, as powers of ten. */
    private static final double DECADES = 5;

    private static final int POINTS = 240;
    private static final List<String> RANKS =
            List.of("0", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %");
    private static final String NUMBER = " class=\"n\"";
    private static final long LONGEST = 1_000_000_000;
    private static final double NANOS_PER_MICRO = 1e3;

    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1d2430; --soft: #667085; --line: #d5dae1;
              --paper: #fff; --c0: #1663c7; --c1: #c2410c; --c2: #15803d; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #98a2b3;
              --line: #344054; --paper: #11161d; --c0: #6cb2ff; --c1: #ff9a5c; --c2: #5fd38d; } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
              background: var(--paper); max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.4rem; margin-bottom: 0; }
            p { color: var(--soft); margin-top: .3rem; }
            table { border-collapse: collapse; margin: 1rem 0; }
            td, th { padding: .2rem 1.2rem .2rem 0; text-align: left; font-weight: normal;
              border-bottom: 1px solid var(--line); }
            .n { text-align: right; font-variant-numeric: tabular-nums; }
            .bad { color: var(--c1); font-weight: bold; }
            svg { width: 100%; height: auto; }
            svg text { fill: var(--soft); font-size: 12px; }
            .grid { stroke: var(--line); } .curve { fill: none; stroke-width: 2; }
            .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); }
            """;

    private final Report report;
    private final Result result;
    private final StringBuilder html = new StringBuilder(32_768);

    private HtmlReport(Report report) {
        this.report = report;
        this.result = report.result();
    }

    /** {@return the report as a file} */
    public static String of(Report report) {
        return new HtmlReport(report).build();
    }

    private String build() {
        String title = "weir bench " + escape(result.mode());
        add("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <h1>%s</h1>
                <p>%s; %s s, %s</p>
                <p%s>%s</p>
                """.formatted(title, STYLE, title, escape(result.summary()),
                Report.number(result.seconds()), report.begun().truncatedTo(ChronoUnit.SECONDS),
                result.violations().total() == 0 ? "" : " class=\"bad\"",
                escape(report.verdict())));
        figures();
        if (!result.curves().isEmpty()) {
            chart();
            percentiles();
        }
        add("<table>\n");
        report.about().forEach((name, value) -> row(escape(name), escape(value), ""));
        add("</table>\n</body>\n</html>\n");
        return html.toString();
    }

    private void figures() {
        add("<table>\n");
        result.facts().forEach((name, value) ->
                row(escape(name.replace('_', ' ')), escape(value), ""));
        for (Figure figure : result.figures()) {
            row(escape(figure.label()),
                    Report.number(figure.value()) + " " + escape(figure.unit()), NUMBER);
        }
        add("</table>\n");
    }

    private void row(String name, String value, String style) {
        add("<tr><th>" + name + "</th><td" + style + ">" + value + "</td></tr>\n");
    }

    private void percentiles() {
        add("<table>\n<tr><th>µs</th>");
        Report.PERCENTILES.keySet().forEach(this::heading);
        heading("max");
        add("</tr>\n");
        for (Curve curve : result.curves()) {
            add("<tr><th>" + escape(curve.label()) + "</th>");
            for (double p : Report.PERCENTILES.values()) {
                micros(curve.nanos().getValueAtPercentile(p));
            }
            micros(curve.nanos().getMaxValue());
            add("</tr>\n");
        }
        add("</table>\n");
    }

    private void heading(String text) {
        add("<th" + NUMBER + ">" + text + "</th>");
    }

    private void micros(long nanos) {
        add("<td" + NUMBER + ">" + Report.number(nanos / NANOS_PER_MICRO) + "</td>");
    }

    private void chart() {
        List<Curve> curves = result.curves();
        double low = Math.floor(Math.min(decade(LONGEST), curves.stream()
                .mapToDouble(curve -> decade(curve.nanos().getMinNonZeroValue())).min()
                .orElse(0)));
        double high = Math.ceil(curves.stream()
                .mapToDouble(curve -> decade(curve.nanos().getMaxValue())).max().orElse(0));
        Axis time = new Axis(low, Math.max(high, low + 1), HEIGHT - BOTTOM, TOP);
        Axis rank = new Axis(0, DECADES, LEFT, WIDTH - RIGHT);
        add("<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"time over percentile\">\n"
                .formatted(WIDTH, HEIGHT));
        for (int i = 0; i < RANKS.size(); i++) {
            line("grid", rank.at(i), TOP, rank.at(i), HEIGHT - BOTTOM);
            text(rank.at(i), HEIGHT - BOTTOM + 18, "middle", RANKS.get(i));
        }
        for (double decade = low; decade <= time.to; decade++) {
            line("grid", LEFT, time.at(decade), WIDTH - RIGHT, time.at(decade));
            text(LEFT - 8, time.at(decade) + 4, "end", unit(decade));
        }
        for (int i = 0; i < curves.size(); i++) {
            String style = "curve c" + i % 3;
            int key = HEIGHT - BOTTOM - 18 * (curves.size() - i);
            add("<polyline class=\"%s\" points=\"%s\"/>\n"
                    .formatted(style, points(curves.get(i).nanos(), rank, time)));
            line(style, WIDTH - RIGHT - LEGEND, key, WIDTH - RIGHT - LEGEND + 24, key);
            text(WIDTH - RIGHT - LEGEND + 30, key + 4, "start", escape(curves.get(i).label()));
        }
        add("</svg>\n");
    }

    private static double decade(long nanos) {
        return Math.log10((double) Math.max(1, nanos));
    }

    /** What a power of ten nanoseconds is. */
    private static String unit(double decade) {
        double nanos = Math.pow(10, decade);
        return nanos >= 1e9 ? Report.number(nanos / 1e9) + " s"
                : nanos >= 1e6 ? Report.number(nanos / 1e6) + " ms"
                : nanos >= 1e3 ? Report.number(nanos / 1e3) + " µs"
                : Report.number(nanos) + " ns";
    }

    /** As far as there are samples to tell one rank from the next. */
    private static String points(Histogram nanos, Axis rank, Axis time) {
        double end = Math.clamp(decade(nanos.getTotalCount()), 1, DECADES);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= POINTS; i++) {
            double nines = end * i / POINTS;
            long value = nanos.getValueAtPercentile(100 * (1 - Math.pow(10, -nines)));
            points.append(px(rank.at(nines))).append(',').append(px(time.at(decade(value))))
                    .append(' ');
        }
        return points.toString().strip();
    }

    /** A logarithmic axis: powers of ten, and where they are in the picture. */
    private record Axis(double from, double to, double start, double end) {
        double at(double decade) {
            double share = Math.clamp((decade - from) / (to - from), 0, 1);
            return start + share * (end - start);
        }
    }

    private static String px(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
                .formatted(style, px(x1), px(y1), px(x2), px(y2)));
    }

    private void text(double x, double y, String anchor, String text) {
        add("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
                .formatted(px(x), px(y), anchor, text));
    }

    private void add(String piece) {
        html.append(piece);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
