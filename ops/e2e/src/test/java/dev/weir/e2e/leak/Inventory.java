package dev.weir.e2e.leak;

import dev.weir.e2e.seed.RelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a relay holds on to, seen from outside after a full collection.
 *
 * @param objects live objects of the relay, of Jetty's WebSocket and of the JDK's virtual threads,
 *     by class; without pooled buffers
 */
record Inventory(
        int sessions,
        int platformThreads,
        int virtualThreads,
        int fileDescriptors,
        long heapBytes,
        Map<String, Integer> objects) {

    /**
     * Kept for reuse, within the budget of queued bytes. One that was not given back would spend
     * that budget instead, until newcomers are refused.
     */
    private static final String POOLED = "dev.weir.queue.FrameBuffer";

    /** A row of the class histogram: rank, instances, bytes, class. */
    private static final Pattern ROW =
            Pattern.compile("\\s*\\d+:\\s+(?<instances>\\d+)\\s+(?<bytes>\\d+)\\s+(?<type>\\S+)");

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> COUNTED =
            List.of("dev.weir.", "org.eclipse.jetty.websocket.", "java.lang.VirtualThread");

    /** Takes it. Stops the relay for the moment that a full collection needs. */
    static Inventory of(RelayProcess relay) throws IOException, InterruptedException {
        long heapBytes = 0;
        Map<String, Integer> objects = new TreeMap<>();
        for (String line : jcmd(relay, "GC.class_histogram")) {
            Matcher row = ROW.matcher(line);
            if (row.lookingAt()) {
                heapBytes += Long.parseLong(row.group("bytes"));
                String type = row.group("type");
                if (COUNTED.stream().anyMatch(type::startsWith) && !type.equals(POOLED)) {
                    objects.merge(type, Integer.valueOf(row.group("instances")), Integer::sum);
                }
            }
        }
        int virtual = 0;
        int platform = 0;
        for (JsonNode thread : threads(relay)) {
            if (thread.path("virtual").asBoolean()) {
                virtual++;
            } else {
                platform++;
            }
        }
        return new Inventory(
                relay.sessions().size(), platform, virtual, descriptors(relay), heapBytes, objects);
    }

    /** By how much each class grew since then; nothing where it did not. */
    Map<String, Integer> objectsMoreThan(Inventory before) {
        Map<String, Integer> more = new TreeMap<>();
        objects.forEach((type, count) -> {
            int growth = count - before.objects.getOrDefault(type, 0);
            if (growth > 0) {
                more.put(type, growth);
            }
        });
        return more;
    }

    private static List<JsonNode> threads(RelayProcess relay)
            throws IOException, InterruptedException {
        Path dump = Files.createTempFile("threads", ".json");
        try {
            jcmd(relay, "Thread.dump_to_file", "-overwrite", "-format=json", dump.toString());
            List<JsonNode> threads = new ArrayList<>();
            JsonNode containers = JSON.readTree(dump.toFile()).at("/threadDump/threadContainers");
            containers.forEach(container -> container.path("threads").forEach(threads::add));
            return threads;
        } finally {
            Files.delete(dump);
        }
    }

    private static int descriptors(RelayProcess relay) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(relay.pid()), "fd"))) {
            return Math.toIntExact(open.count());
        }
    }

    private static List<String> jcmd(RelayProcess relay, String... command)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin/jcmd").toString());
        line.add(Long.toString(relay.pid()));
        line.addAll(List.of(command));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        List<String> output = process.inputReader().lines().toList();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(line + " failed:\n" + String.join("\n", output));
        }
        return output;
    }
}
