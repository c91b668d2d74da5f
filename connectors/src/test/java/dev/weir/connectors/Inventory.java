package dev.weir.connectors;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The threads of this JVM, virtual ones too, and the connections of this machine to one port.
 *
 * @param threads names by id
 */
record Inventory(Map<Long, String> threads, long connections) {

    private static final Pattern THREAD =
            Pattern.compile("^#(\\d+) \"([^\"]*)\"", Pattern.MULTILINE);

    /** Of the JDK and the tests; they come and go as they like. */
    private static final Pattern FOREIGN = Pattern.compile(
            "ForkJoinPool.*|VirtualThread-un(parker|blocker)|contract|awaitility.*|junit-.*"
                    + "|black-hole|process reaper.*|surefire.*|.*-timeout-watcher.*|Cleaner-.*"
                    + "|Common-Cleaner|(Read|Write)-Poller.*|Attach Listener");

    static Inventory take(int port) throws IOException {
        return new Inventory(threadsNow(), port == 0 ? 0 : connectionsTo(port));
    }

    /** {@return names of the threads that were not there} */
    Map<Long, String> newThreads(Inventory before) {
        Map<Long, String> added = new TreeMap<>(threads);
        added.keySet().removeAll(before.threads.keySet());
        return added;
    }

    private static Map<Long, String> threadsNow() throws IOException {
        Path file = Files.createTempDirectory("threads").resolve("dump");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
        Map<Long, String> threads = new TreeMap<>();
        for (Matcher thread = THREAD.matcher(Files.readString(file)); thread.find(); ) {
            if (!FOREIGN.matcher(thread.group(2)).matches()) {
                threads.put(Long.valueOf(thread.group(1)), thread.group(2));
            }
        }
        Files.delete(file);
        Files.delete(file.getParent());
        return threads;
    }

    /** Established ones; none where the system has no /proc. */
    private static long connectionsTo(int port) throws IOException {
        String remote = ":%04X".formatted(port);
        long count = 0;
        for (String table : new String[] {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
            if (Files.exists(Path.of(table))) {
                count += Files.readAllLines(Path.of(table)).stream()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(row -> row.length > 3 && row[2].endsWith(remote)
                                && row[3].equals("01"))
                        .count();
            }
        }
        return count;
    }
}
