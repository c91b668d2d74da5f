package dev.weir.e2e.faults;

import dev.weir.e2e.seed.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Every kind of service through every fault that it can have, as a table in Markdown, written
 * between two markers of a file. Arguments: that file, how many seconds each window lasts, and the
 * kinds, or {@code all}.
 */
public final class FaultTable {

    /** Clients that wait for a service that never answers. */
    private static final int HANGING = 2_000;

    private static final String BEGIN = "<!-- faults: begin -->\n";
    private static final String END = "<!-- faults: end -->\n";

    private FaultTable() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path file = Path.of(args[0]);
        Duration window = Duration.ofSeconds(Integer.parseInt(args[1]));
        List<String> wanted = List.of(args).subList(2, args.length);
        StringBuilder clients = new StringBuilder(row(
                "service", "fault", "opens after s", "opened", "recovers after s",
                "clients were told (times)"));
        clients.append("|---|---|---:|---:|---:|---|\n");
        StringBuilder messages = new StringBuilder(row(
                "service", "fault", "sent", "answered", "reported failed", "lost",
                "done by the worker", "done twice", "not told by the id", "answered twice",
                "other route p99 ms, calm", "fault", "lost there"));
        messages.append("|---|---").append("|---:".repeat(11)).append("|\n");
        for (Backends kind : Backends.values()) {
            if (wanted.contains("all") || wanted.contains(kind.title())) {
                run(kind, window, clients, messages);
            }
        }
        write(file, clients + "\n" + messages + "\n" + hanging(window));
    }

    /** The blocking proof: what so many waiting clients cost, and whom. */
    private static String hanging(Duration window) throws IOException, InterruptedException {
        HangingScenario.Result result = HangingScenario.run(HANGING, window, "-Xmx256m");
        HangingScenario.Size before = result.before();
        HangingScenario.Size during = result.during();
        return row("calls that wait at once", "RSS MB, before", "with them",
                        "platform threads, before", "with them",
                        "other route p99 ms, before", "with them", "lost there")
                + "|---:".repeat(8) + "|\n"
                + row(Integer.toString(result.waiting()),
                        number(before.residentBytes() / 1e6),
                        number(during.residentBytes() / 1e6),
                        Integer.toString(before.platformThreads()),
                        Integer.toString(during.platformThreads()),
                        p99(result.calm()),
                        p99(result.hanging()),
                        Long.toString(result.others().lost()));
    }

    private static void run(
            Backends kind, Duration window, StringBuilder clients, StringBuilder messages)
            throws IOException, InterruptedException {
        try (FaultScenario scenario = FaultScenario.start(kind, kind.faults(), window)) {
            for (Fault fault : Fault.values()) {
                if (!kind.faults().contains(fault)) {
                    clients.append(row(
                            kind.title(), fault.title(), "–", "–", "–", kind.sparedFrom(fault)));
                    continue;
                }
                FaultScenario.Result result = scenario.run(fault);
                String first = clientsRow(kind, fault, result);
                String second = messagesRow(kind, fault, result);
                System.out.print(first + second);
                clients.append(first);
                messages.append(second);
            }
        }
    }

    private static String clientsRow(Backends kind, Fault fault, FaultScenario.Result result) {
        return row(
                kind.title(),
                fault.title(),
                seconds(result.secondsToOpen()),
                Long.toString(result.openings()),
                seconds(result.secondsToRecover()),
                result.clients().seen().entrySet().stream()
                        .map(each -> each.getKey() + " (" + each.getValue() + ")")
                        .collect(Collectors.joining("; ")));
    }

    private static String messagesRow(Backends kind, Fault fault, FaultScenario.Result result) {
        Clients.Tally tally = result.clients();
        Deliveries deliveries = result.deliveries();
        return row(
                kind.title(),
                fault.title(),
                Long.toString(tally.sent()),
                Long.toString(tally.answered()),
                Long.toString(tally.reported()),
                Integer.toString(tally.lost().size()),
                kind == Backends.LOOPBACK ? "–" : Long.toString(deliveries.messages()),
                kind == Backends.LOOPBACK ? "–" : Long.toString(deliveries.doubled()),
                kind == Backends.LOOPBACK ? "–" : Long.toString(deliveries.unrecognisable()),
                Long.toString(tally.answeredTwice()),
                p99(result.calm()),
                p99(result.faulty()),
                Long.toString(result.others().lost()));
    }

    private static String p99(Recording recording) {
        return number(recording.latencyMillis(99));
    }

    private static String seconds(double value) {
        return Double.isInfinite(value) ? "never" : number(value);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static void write(Path file, String table) throws IOException {
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        if (begin < BEGIN.length() || end < begin) {
            throw new IOException(file + " has no markers for the table");
        }
        Files.writeString(file, text.substring(0, begin) + table + text.substring(end));
    }
}
