package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.RelayProcess.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A made-up /proc, but for one test. */
class RelayProcessTest {

    @TempDir private Path proc;

    @BeforeEach
    void thisProcessIsThere() throws IOException {
        write("self/stat", "");
    }

    @Test
    void addsUpWhatTheProcessAndItsChildrenUse() throws IOException {
        process(10, "10 (a (strange) name) S", 250, 50, 1000, 3, 2, "11");
        process(11, "11 (child) S", 100, 0, 24, 1, 4, "");

        RelayProcess relay = RelayProcess.of(proc, 10);
        Usage usage = relay.usage();

        assertThat(relay.rssBytes()).isEqualTo(1024 * 1024);
        assertThat(usage.cpuNanos()).isEqualTo(4_000_000_000L);
        assertThat(usage.rssBytes()).isEqualTo(1024 * 1024);
        assertThat(usage.threads()).isEqualTo(4);
        assertThat(usage.descriptors()).isEqualTo(6);
        assertThat(usage.cores()).isEqualTo(4);
    }

    @Test
    void aProcessThatIsNotThereIsToldBeforeAnythingIsMeasured() {
        assertThatThrownBy(() -> RelayProcess.of(proc, 12))
                .isInstanceOf(IOException.class).hasMessage("there is no process 12");
    }

    @Test
    void aRelayThatEndsMeanwhileIsTold() throws IOException {
        process(10, "10 (relay) S", 1, 1, 1, 1, 1, "");
        RelayProcess relay = RelayProcess.of(proc, 10);
        Files.delete(proc.resolve("10/stat"));

        assertThatThrownBy(relay::usage).hasMessage("the relay, process 10, has ended");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void readsThisVeryProcess() throws IOException {
        Usage usage = RelayProcess.of(ProcessHandle.current().pid()).usage();

        assertThat(usage.cpuNanos()).isPositive();
        assertThat(usage.rssBytes()).isGreaterThan(10 << 20);
        assertThat(usage.threads()).isGreaterThan(1);
        assertThat(usage.descriptors()).isGreaterThan(3);
        assertThat(usage.cores()).isPositive();
    }

    private void process(long pid, String begin, long user, long system, long kib, int threads,
            int files, String children) throws IOException {
        write(pid + "/stat", begin + " 1 1 1 0 -1 4194304 100 0 0 0 " + user + " " + system
                + " 0 0 20 0 1 0 100 1000 10\n");
        write(pid + "/status", "VmRSS:\t  " + kib + " kB\nThreads:\t" + threads
                + "\nCpus_allowed_list:\t0-2,5\n");
        write(pid + "/task/" + pid + "/children", children);
        for (int i = 0; i < files; i++) {
            write(pid + "/fd/" + i, "");
        }
    }

    private void write(String file, String content) throws IOException {
        Path path = proc.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
