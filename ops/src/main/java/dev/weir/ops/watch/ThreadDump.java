package dev.weir.ops.watch;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * All threads of the process, virtual ones too, put together so that a person can read them: those
 * of one session together, and those that do the same together. Twenty thousand threads take about
 * half a second, a temporary file of 13 MB, and stop each thread for a moment: for a person, not
 * for a monitor.
 */
public final class ThreadDump {

    private static final int SESSIONS_SHOWN = 100;
    private static final int STACKS_SHOWN = 300;
    private static final int EXAMPLES = 5;

    /** One thread; {@code running}: it is on a carrier, or a platform thread that runs. */
    public record OneThread(
            long id, String name, boolean virtual, boolean running, String state,
            List<String> stack) {}

    /** All threads of a session. */
    public record OfSession(String session, String side, String route, List<OneThread> threads) {}

    /** Threads with the same stack; of their names and sessions some examples. */
    public record Alike(
            int count, boolean virtual, String state, List<String> names, List<String> sessions,
            List<String> stack) {}

    /**
     * The whole.
     *
     * @param sessions those with the most threads first
     * @param sessionsNotShown ask for one of them by its id
     * @param stacks the most frequent first
     */
    public record View(
            Instant taken,
            int threads,
            int virtualThreads,
            List<OfSession> sessions,
            int sessionsNotShown,
            List<Alike> stacks,
            int stacksNotShown) {}

    private record Shape(boolean virtual, String state, List<String> stack) {}

    private ThreadDump() {}

    /**
     * Takes a dump.
     *
     * @param owners whose thread that is; null when it is no session's
     * @param only which sessions to show; with the stacks of all, whatever this says
     * @throws IOException when there is no temporary directory to write to
     */
    public static View take(
            Instant now, Function<OneThread, @Nullable Culprit> owners, Predicate<String> only)
            throws IOException {
        List<OneThread> threads = read();
        Map<String, OfSession> sessions = new LinkedHashMap<>();
        Map<Shape, List<OneThread>> alike = new LinkedHashMap<>();
        Map<Long, String> sessionOf = new HashMap<>();
        for (OneThread thread : threads) {
            Shape shape = new Shape(thread.virtual(), thread.state(), thread.stack());
            alike.computeIfAbsent(shape, s -> new ArrayList<>()).add(thread);
            Culprit owner = owners.apply(thread);
            String id = owner == null ? null : owner.session();
            if (owner != null && id != null) {
                sessionOf.put(thread.id(), id);
                if (only.test(id)) {
                    sessions.computeIfAbsent(id, s -> ofSession(id, owner)).threads().add(thread);
                }
            }
        }
        int virtual = (int) threads.stream().filter(OneThread::virtual).count();
        return new View(
                now,
                threads.size(),
                virtual,
                sessions.values().stream()
                        .sorted(Comparator.<OfSession>comparingInt(s -> s.threads().size())
                                .reversed())
                        .limit(SESSIONS_SHOWN)
                        .toList(),
                Math.max(0, sessions.size() - SESSIONS_SHOWN),
                alike.entrySet().stream()
                        .sorted(Comparator.<Map.Entry<Shape, List<OneThread>>>comparingInt(
                                entry -> entry.getValue().size()).reversed())
                        .limit(STACKS_SHOWN)
                        .map(entry -> alike(entry.getKey(), entry.getValue(), sessionOf))
                        .toList(),
                Math.max(0, alike.size() - STACKS_SHOWN));
    }

    private static OfSession ofSession(String id, Culprit owner) {
        return new OfSession(
                id,
                Objects.requireNonNullElse(owner.side(), ""),
                Objects.requireNonNullElse(owner.route(), ""),
                new ArrayList<>());
    }

    private static Alike alike(
            Shape shape, List<OneThread> threads, Map<Long, String> sessionOf) {
        return new Alike(
                threads.size(),
                shape.virtual(),
                shape.state(),
                threads.stream().map(OneThread::name).limit(EXAMPLES).toList(),
                threads.stream().map(thread -> sessionOf.get(thread.id())).filter(Objects::nonNull).distinct()
                        .limit(EXAMPLES).toList(),
                shape.stack());
    }

    private static List<OneThread> read() throws IOException {
        Path directory = Files.createTempDirectory("weir-threads");
        Path file = directory.resolve("threads.json");
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
            return parse(file);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        }
    }

    /** Reads thread by thread: the whole as a tree would be a hundred megabytes. */
    private static List<OneThread> parse(Path file) {
        List<OneThread> threads = new ArrayList<>();
        try (JsonParser in = JsonMapper.shared().createParser(file)) {
            while (in.nextToken() != null) {
                if (in.currentToken() == JsonToken.START_ARRAY
                        && "threads".equals(in.currentName())) {
                    while (in.nextToken() == JsonToken.START_OBJECT) {
                        threads.add(thread(in.readValueAsTree()));
                    }
                }
            }
        }
        return threads;
    }

    private static OneThread thread(JsonNode node) {
        boolean virtual = node.path("virtual").asBoolean(false);
        String id = node.path("tid").asString("-1");
        String name = node.path("name").asString("");
        String state = node.path("state").asString("");
        boolean running = virtual ? node.has("carrier") : state.equals("RUNNABLE");
        List<String> stack =
                node.path("stack").valueStream().map(frame -> text(frame.asString())).toList();
        return new OneThread(
                Long.parseLong(id), name.isEmpty() ? "virtual-" + id : name, virtual, running,
                state, stack);
    }

    /** Without the module, which tells nothing. */
    private static String text(String frame) {
        int module = frame.indexOf('/');
        return module > 0 && module < frame.indexOf('(') ? frame.substring(module + 1) : frame;
    }
}
