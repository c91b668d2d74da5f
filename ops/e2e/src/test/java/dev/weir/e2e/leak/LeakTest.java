package dev.weir.e2e.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.e2e.seed.RelayProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Thousands of connections that end in every way there is leave the relay as it was before. */
final class LeakTest {
    /** Of each of the six ways. */
    private static final int WARM_UP = 100;

    /** Of each of the six ways: 5,004 in all. */
    private static final int CYCLES = 834;

    private static final int AT_ONCE = 100;

    /** Of those that only wait for a deadline of the relay. */
    private static final int SILENT_AT_ONCE = 500;

    private static final long DEADLINE_SECONDS = 120;

    /** A leak of one object per cycle of one kind would be more than eight hundred. */
    private static final int TOLERATED_OBJECTS = 20;

    private static final int TOLERATED_THREADS = 10;
    private static final long TOLERATED_HEAP_BYTES = 2 << 20;

    private static final String CONFIG = """
            listen: { handshake-deadline: 4s, close-deadline: 1s }
            heartbeat: { ping: 4s, pong: 3s }
            limits: { queued-bytes: 96MiB }
            log: { level: warn }
            routes:
              - name: default
                clients: /client/{key}
                workers: /worker/{key}
                queue: { messages: 100, bytes: 256KiB, when-full: block, stall: 1s }
                write-deadline: 1s
            """;

    @Test
    void fiveThousandEndsOfEveryKindLeaveNothingBehind() throws Exception {
        try (RelayProcess weir = RelayProcess.weir(CONFIG, "-Xmx256m")) {
            walk(weir, 0, WARM_UP);
            await("all sessions gone").atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(weir.sessions()).isEmpty());
            Inventory before = Inventory.of(weir);

            walk(weir, WARM_UP, CYCLES);

            await("back to the baseline").atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertBackTo(before, Inventory.of(weir)));
        }
    }

    private static void assertBackTo(Inventory before, Inventory now) {
        assertThat(now.sessions()).as("sessions").isZero();
        assertThat(now.fileDescriptors()).as("file descriptors")
                .isLessThanOrEqualTo(before.fileDescriptors());
        assertThat(now.virtualThreads()).as("virtual threads")
                .isLessThanOrEqualTo(before.virtualThreads());
        assertThat(now.platformThreads()).as("platform threads")
                .isLessThanOrEqualTo(before.platformThreads() + TOLERATED_THREADS);
        assertThat(now.objectsMoreThan(before)).as("objects")
                .allSatisfy((type, more) ->
                        assertThat(more).as(type).isLessThanOrEqualTo(TOLERATED_OBJECTS));
        assertThat(now.heapBytes()).as("heap")
                .isLessThanOrEqualTo(before.heapBytes() + TOLERATED_HEAP_BYTES);
    }

    /** Walks every way so many times, a bounded number of walks at a time. */
    private static void walk(RelayProcess weir, int first, int count) throws Exception {
        Semaphore room = new Semaphore(AT_ONCE);
        Semaphore silent = new Semaphore(SILENT_AT_ONCE);
        List<Future<?>> walks = new ArrayList<>();
        ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (int i = first; i < first + count; i++) {
                for (WayToGo way : WayToGo.values()) {
                    int number = i;
                    Semaphore own = way.isSilent() ? silent : room;
                    walks.add(tasks.submit(() -> walk(weir, way, number, own)));
                }
            }
            for (Future<?> walk : walks) {
                walk.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            tasks.shutdownNow();
        }
    }

    private static @Nullable Void walk(RelayProcess weir, WayToGo way, int number, Semaphore room)
            throws InterruptedException {
        room.acquire();
        try {
            way.walk(weir.endpoints(), number);
            return null;
        } catch (IOException e) {
            throw new AssertionError(way.key(number), e);
        } finally {
            room.release();
        }
    }
}
