package dev.weir.cli;

import dev.weir.bench.Content;
import dev.weir.bench.Direction;
import dev.weir.bench.Endpoint;
import dev.weir.bench.Load;
import dev.weir.bench.Order;
import dev.weir.bench.RelayProcess;
import dev.weir.bench.Target;
import dev.weir.config.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all commands of {@code weir bench} have. */
final class BenchOptions {

    @Option(
            names = "--client",
            paramLabel = "URL",
            defaultValue = "ws://127.0.0.1:8080/client/{key}",
            description = "Where clients connect; {key} is what the two ends of a pair have in"
                    + " common. Default: ${DEFAULT-VALUE}")
    private String client = "";

    @Option(
            names = "--worker",
            paramLabel = "URL",
            defaultValue = "ws://127.0.0.1:8080/worker/{key}",
            description = "Where workers connect. Default: ${DEFAULT-VALUE}")
    private String worker = "";

    @Option(
            names = "--header",
            paramLabel = "LINE",
            description = "'Name: value' in the handshakes; may be repeated, may have {key}.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--client-header",
            paramLabel = "LINE",
            description = "The same, of clients alone.")
    private List<String> clientHeaders = new ArrayList<>();

    @Option(
            names = "--worker-header",
            paramLabel = "LINE",
            description = "The same, of workers alone.")
    private List<String> workerHeaders = new ArrayList<>();

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "Sent as Authorization: Bearer; others on this machine can see it here.")
    private @Nullable String token;

    @Option(
            names = "--subprotocol",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Is offered, and must be chosen.")
    private String subprotocol = "";

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            defaultValue = "worker-first",
            description = "worker-first, client-first or together. Default: ${DEFAULT-VALUE}")
    private Order order = Order.WORKER_FIRST;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many pairs; in churn, how many at once. Default: ${DEFAULT-VALUE}")
    private int pairs;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "64B",
            description = "Payload of a message, from 32B. Default: ${DEFAULT-VALUE}")
    private ByteSize size = new ByteSize(0);

    @Option(
            names = "--content",
            paramLabel = "KIND",
            defaultValue = "text",
            description = "text (ASCII), utf8 (text of all lengths of characters) or binary."
                    + " Default: ${DEFAULT-VALUE}")
    private Content content = Content.TEXT;

    @Option(
            names = "--direction",
            paramLabel = "DIRECTION",
            defaultValue = "both",
            description = "Who sends: both, to-worker or to-client. Default: ${DEFAULT-VALUE}")
    private Direction direction = Direction.BOTH;

    @Option(
            names = "--handshakes",
            paramLabel = "N",
            defaultValue = "64",
            description = "How many may be under way at once. Default: ${DEFAULT-VALUE}")
    private int handshakes;

    @Option(
            names = "--connect-rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Connections begun a second; 0 for as many as go. Default:"
                    + " ${DEFAULT-VALUE}")
    private double connectRate;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            defaultValue = "500ms",
            description = "Rest between connecting and load. Default: ${DEFAULT-VALUE}")
    private Duration settle = Duration.ZERO;

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "Load that does not count yet. Default: ${DEFAULT-VALUE}")
    private Duration warmUp = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Load that counts. Default: ${DEFAULT-VALUE}")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "After it, what has not come by then is lost. Default: ${DEFAULT-VALUE}")
    private Duration drain = Duration.ZERO;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "The relay's process on this machine, to tell its CPU time and memory,"
                    + " with those of its children; Linux only.")
    private @Nullable Long pid;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the result there as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Also write it there as a page with curves, such as report.html.")
    private @Nullable Path report;

    /** @throws IllegalArgumentException if something is wrong; the message says what */
    Load load() {
        String prefix = "bench-" + Long.toString(
                ThreadLocalRandom.current().nextLong(1L << 40), Character.MAX_RADIX) + "-";
        Target target = new Target(
                Endpoint.of(client, fields(clientHeaders), subprotocol),
                Endpoint.of(worker, fields(workerHeaders), subprotocol),
                order, prefix);
        return new Load(target, pairs, content, Math.clamp(size.bytes(), 0, Integer.MAX_VALUE),
                direction, handshakes, connectRate, settle, warmUp, duration, drain);
    }

    private List<String> fields(List<String> ofOneSide) {
        List<String> fields = new ArrayList<>(headers);
        fields.addAll(ofOneSide);
        if (token != null) {
            fields.add("Authorization: Bearer " + token);
        }
        return fields;
    }

    /**
     * {@return the relay's process, if it was named}
     *
     * @throws IllegalArgumentException if there is none
     */
    @Nullable RelayProcess relay() {
        try {
            return pid == null ? null : RelayProcess.of(pid);
        } catch (IOException e) {
            throw new IllegalArgumentException("--pid: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException if a result could not be written where it was asked for */
    void checkFiles() {
        for (Path file : new @Nullable Path[] {json, report}) {
            Path folder = file == null ? null : file.toAbsolutePath().getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                throw new IllegalArgumentException(folder + " is not a directory");
            }
        }
    }

    @Nullable Path json() {
        return json;
    }

    @Nullable Path report() {
        return report;
    }

    /** Without the query, where tokens are. */
    private static String shown(String url) {
        return url.replaceFirst("\\?.*", "?…");
    }

    /** {@return under what circumstances the run is made} */
    Map<String, String> about() {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("target", shown(client));
        about.put("workers", shown(worker));
        about.put("generator", "weir " + Versions.weir() + ", Java " + Versions.java());
        about.put("machine", Versions.system() + ", processors for the generator: "
                + Runtime.getRuntime().availableProcessors());
        return about;
    }
}
