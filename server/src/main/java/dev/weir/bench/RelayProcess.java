package dev.weir.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a relay on this machine uses, its child processes included, as proc(5) tells it. Linux only.
 * Belongs to one thread.
 */
public final class RelayProcess {

    /** Clock ticks of utime and stime: USER_HZ, 100 on every architecture that runs Java. */
    private static final long TICK_NANOS = 10_000_000;

    private static final int UTIME = 11;
    private static final int STIME = 12;

    private final Path proc;
    private final long pid;
    private Set<Long> known;

    private RelayProcess(Path proc, long pid) {
        this.proc = proc;
        this.pid = pid;
        this.known = Set.of(pid);
    }

    /**
     * {@return that process}
     *
     * @throws IOException if there is none, or no /proc
     */
    public static RelayProcess of(long pid) throws IOException {
        return of(Path.of("/proc"), pid);
    }

    static RelayProcess of(Path proc, long pid) throws IOException {
        if (!Files.exists(proc.resolve("self/stat"))) {
            throw new IOException("--pid needs /proc, which only Linux has");
        }
        RelayProcess process = new RelayProcess(proc, pid);
        if (!Files.exists(process.file(pid, "stat"))) {
            throw new IOException("there is no process " + pid);
        }
        return process;
    }

    /**
     * What it has used so far, and holds now.
     *
     * @param cpuNanos CPU time since its start, to ten milliseconds
     * @param rssBytes resident memory
     * @param threads of the system
     * @param descriptors open files and sockets
     * @param cores how many it may run on
     */
    record Usage(long cpuNanos, long rssBytes, int threads, int descriptors, int cores) {}

    /**
     * {@return what all its processes use together}
     *
     * @throws IOException if the relay has ended
     */
    Usage usage() throws IOException {
        long cpu = 0;
        long rss = 0;
        int threads = 0;
        int descriptors = 0;
        known = tree();
        for (long id : known) {
            try {
                String[] stat = stat(id);
                cpu += (Long.parseLong(stat[UTIME]) + Long.parseLong(stat[STIME])) * TICK_NANOS;
                List<String> status = Files.readAllLines(file(id, "status"));
                rss += number(status, "VmRSS:") << 10;
                threads += (int) number(status, "Threads:");
                descriptors += count(file(id, "fd"));
            } catch (NoSuchFileException e) {
                if (id == pid) {
                    throw new IOException("the relay, process " + pid + ", has ended", e);
                }
            }
        }
        return new Usage(cpu, rss, threads, descriptors, cores());
    }

    /**
     * {@return its resident memory, of the processes that {@link #usage} found last} A quick look,
     * which may be had while messages are timed.
     */
    long rssBytes() throws IOException {
        long rss = 0;
        for (long id : known) {
            Path status = file(id, "status");
            if (Files.exists(status)) {
                rss += number(Files.readAllLines(status), "VmRSS:") << 10;
            }
        }
        return rss;
    }

    /** The fields behind the command, whose name may contain anything. */
    private String[] stat(long id) throws IOException {
        String line = Files.readString(file(id, "stat"));
        return line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1);
    }

    private int cores() throws IOException {
        for (String line : Files.readAllLines(file(pid, "status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                int cores = 0;
                for (String range : line.substring(line.indexOf(':') + 1).strip().split(",", -1)) {
                    String[] ends = range.split("-", 2);
                    cores += Integer.parseInt(ends[ends.length - 1])
                            - Integer.parseInt(ends[0]) + 1;
                }
                return cores;
            }
        }
        return Runtime.getRuntime().availableProcessors();
    }

    private Set<Long> tree() throws IOException {
        Set<Long> found = new HashSet<>();
        Deque<Long> next = new ArrayDeque<>(List.of(pid));
        while (!next.isEmpty()) {
            long id = next.remove();
            if (found.add(id)) {
                next.addAll(children(id));
            }
        }
        return found;
    }

    private List<Long> children(long id) throws IOException {
        List<Long> children = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(file(id, "task"))) {
            for (Path task : tasks) {
                String line = Files.readString(task.resolve("children")).strip();
                for (String child : line.isEmpty() ? new String[0] : line.split(" ", -1)) {
                    children.add(Long.valueOf(child));
                }
            }
        } catch (NoSuchFileException e) {
            // A thread or a process that ended meanwhile, or a kernel that does not tell children.
            return children;
        }
        return children;
    }

    private static long number(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static int count(Path directory) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path _ : entries) {
                count++;
            }
        }
        return count;
    }

    private Path file(long id, String name) {
        return proc.resolve(Long.toString(id)).resolve(name);
    }
}
