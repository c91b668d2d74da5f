package dev.weir.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Findings for a person in trouble: the worst first, each with who is behind it and what to do.
 *
 * @param base the address that was asked
 * @param report the answer of {@code GET /findings}
 */
record Diagnose(String base, JsonNode report) {

    private static final int COLUMNS = 96;
    private static final int FRAMES_SHOWN = 12;
    private static final int OVER_SHOWN = 5;
    private static final String MARGIN = "   ";
    private static final String LABEL = "%-11s";

    void print(PrintWriter out) {
        List<JsonNode> findings = report.path("findings").valueStream().toList();
        String status = report.path("status").asString();
        out.println(findings.isEmpty()
                ? "The relay at " + plain(base) + " finds nothing wrong."
                : "The relay at " + plain(base) + ": " + count(findings.size())
                        + ", at worst " + status + ".");
        int number = 0;
        for (JsonNode finding : findings) {
            out.println();
            finding(++number, finding, out);
        }
        List<JsonNode> over =
                report.path("ended").valueStream().limit(OVER_SHOWN).toList();
        if (!over.isEmpty()) {
            out.println();
            out.println("Over by now:");
            over.forEach(finding -> out.println(
                    MARGIN + time(finding, "until") + "  " + finding.path("kind").asString() + ": "
                            + plain(finding.path("summary").asString())));
        }
        long notShown = report.path("notShown").asLong(0);
        if (notShown > 0) {
            out.println();
            out.println("More was seen than fits: " + notShown + " sightings (watch.findings).");
        }
        out.flush();
    }

    private static String count(int findings) {
        return findings == 1 ? "1 finding" : findings + " findings";
    }

    private static void finding(int number, JsonNode finding, PrintWriter out) {
        out.println(number + ". " + finding.path("severity").asString().toUpperCase(Locale.ROOT)
                + "  " + finding.path("kind").asString() + ", since " + time(finding, "since")
                + lasted(finding));
        wrapped("", plain(finding.path("summary").asString()) + ".", out);
        wrapped("culprit", culprit(finding.path("culprit")), out);
        String label = "stack";
        for (JsonNode frame : finding.path("culprit").path("stack").valueStream()
                .limit(FRAMES_SHOWN).toList()) {
            out.println(MARGIN + LABEL.formatted(label) + plain(frame.asString()));
            label = "";
        }
        wrapped("evidence", evidence(finding.path("evidence")), out);
        wrapped("do this", plain(finding.path("whatToDo").asString()), out);
        wrapped("read on", plain(finding.path("runbook").asString()), out);
    }

    private static String culprit(JsonNode culprit) {
        List<String> parts = new ArrayList<>();
        for (String part : List.of("session", "side", "route", "connector", "thread")) {
            String value = culprit.path(part).asString("");
            if (!value.isEmpty()) {
                parts.add(part + " " + plain(value));
            }
        }
        return parts.isEmpty() ? "nobody in particular" : String.join(", ", parts);
    }

    private static String evidence(JsonNode evidence) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : evidence.properties()) {
            JsonNode value = entry.getValue();
            // What is longer than a line is for --json.
            if (value.isValueNode() && !value.asString("").isEmpty()) {
                parts.add(plain(entry.getKey()) + " " + plain(value.asString()));
            }
        }
        return String.join(", ", parts.stream().sorted().toList());
    }

    private static String time(JsonNode finding, String which) {
        return Instant.parse(finding.path(which).asString()).truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private static String lasted(JsonNode finding) {
        Duration lasted = Duration.between(
                Instant.parse(finding.path("since").asString()),
                Instant.parse(finding.path("seen").asString()));
        return lasted.toSeconds() < 1 ? "" : ", for " + lasted.toSeconds() + " s";
    }

    private static void wrapped(String label, String text, PrintWriter out) {
        String margin = MARGIN + (label.isEmpty() ? "" : LABEL.formatted(label));
        StringBuilder line = new StringBuilder(margin);
        boolean empty = true;
        for (String word : text.split(" ", -1)) {
            if (!empty && line.length() + 1 + word.length() > COLUMNS) {
                out.println(line);
                line = new StringBuilder(" ".repeat(margin.length()));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        out.println(line);
    }

    /** Nothing in it acts on a terminal: it comes from outside. */
    static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\u2028\u2029]", "?");
    }
}
