package dev.weir.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The watchdogs of the process, each with the trouble that it is for. */
class WatchdogsTest {

    private static List<Sighting> awaitSighting(Probe probe) {
        return await().until(probe::look, seen -> !seen.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"79, ''", "80, WARNING", "94, WARNING", "95, CRITICAL", "100, CRITICAL"})
    void aResourceNearItsEndIsAWarningAndThenCritical(long used, String severity) {
        ShareWatch watch = new ShareWatch(
                new ShareWatch.Resource(Kind.QUEUE_MEMORY, "memory", "bytes",
                        () -> used, () -> 100),
                80, 1, () -> Culprit.session("s", "client", "r"), () -> Map.of("more", 1));
        List<Sighting> seen = watch.look();
        assertThat(seen.stream().map(s -> s.severity().name()).findFirst().orElse(""))
                .isEqualTo(severity);
        assertThat(seen).allSatisfy(sighting -> {
            assertThat(sighting.evidence()).containsEntry("used", used).containsEntry("more", 1);
            assertThat(sighting.culprit().session()).isEqualTo("s");
        });
    }

    @Test
    void whatCostsToAskIsAskedEveryNthTimeAndRememberedMeanwhile() {
        AtomicLong asked = new AtomicLong();
        ShareWatch watch = new ShareWatch(
                new ShareWatch.Resource(Kind.OPEN_FILES, "open files", "",
                        () -> 90 + 0 * asked.incrementAndGet(), () -> 100),
                80, 10, Culprit::nobody, Map::of);
        for (int i = 0; i < 20; i++) {
            assertThat(watch.look()).hasSize(1);
        }
        assertThat(asked).hasValue(2);
    }

    @Test
    void theOpenFilesOfThisProcessAreCounted() {
        ShareWatch.Resource files = ShareWatch.openFiles();
        assertThat(files.used().getAsLong()).isPositive();
        assertThat(files.limit().getAsLong()).isGreaterThan(files.used().getAsLong());
        assertThat(new ShareWatch(files, 1, 1, Culprit::nobody, Map::of).look())
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aLossIsTheDifferenceToTheLastLook() {
        AtomicLong lost = new AtomicLong();
        LossWatch watch = new LossWatch(Kind.LOG_LOSS, "lines", lost::get, () -> "disk full");
        assertThat(watch.look()).isEmpty();
        lost.set(5);
        assertThat(watch.look()).singleElement().satisfies(sighting -> {
            assertThat(sighting.summary()).isEqualTo("lines: 5 lost so far: disk full");
            assertThat(sighting.evidence()).containsEntry("lostSinceLastLook", 5L);
        });
        assertThat(watch.look()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "G1 Young Generation, true", "G1 Old Generation, true", "G1 Concurrent GC, false",
        "ZGC Minor Cycles, false", "ZGC Minor Pauses, true", "ZGC Major Cycles, false",
        "Shenandoah Pauses, true", "Shenandoah Cycles, false", "PS MarkSweep, true",
        "PS Scavenge, true", "Copy, true", "MarkSweepCompact, true"})
    void onlyWhatStopsTheProcessIsAPause(String collector, boolean pauses) {
        assertThat(GcWatch.pauses(collector)).isEqualTo(pauses);
    }

    @Test
    void aCollectionThatStopsTheProcessIsFound() throws Exception {
        GcWatch watch = new GcWatch(Duration.ZERO);
        try {
            System.gc();
            Sighting sighting = awaitSighting(watch).getFirst();
            assertThat(sighting.kind()).isEqualTo(Kind.GC_PAUSE);
            assertThat(sighting.evidence()).containsKeys("collector", "cause", "pauseMillis");
        } finally {
            watch.close();
        }
    }

    /** The initialiser of a class pins whoever runs it. */
    @Test
    void aPinnedThreadIsFoundWithTheStackThatPinsIt() {
        try (PinWatch watch = new PinWatch(
                Duration.ofMillis(20), id -> Culprit.session("s" + id, "client", "r"))) {
            watch.start();
            Sighting sighting = await().atMost(Duration.ofSeconds(30)).until(
                    () -> {
                        Thread.ofVirtual().start(WatchdogsTest::runSlowInitialiser).join();
                        return watch.look().stream().findFirst().orElse(null);
                    },
                    found -> found != null);
            assertThat(sighting.kind()).isEqualTo(Kind.PINNED_THREAD);
            assertThat(sighting.culprit().session()).startsWith("s");
            assertThat(sighting.culprit().stack())
                    .anyMatch(frame -> frame.contains("runSlowInitialiser"));
            assertThat(watch.count()).isPositive();
            assertThat(watch.seconds()).isGreaterThanOrEqualTo(0.02 * watch.count());
        }
    }

    private static void runSlowInitialiser() {
        try {
            new OneTimeLoader().load();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the class that pins", e);
        }
    }

    @Test
    void aStuckCallIsFoundOnlyFromTheThresholdOn() {
        CountDownLatch release = new CountDownLatch(1);
        Thread stuck = Thread.ofVirtual().name("call-9").start(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        AtomicLong millis = new AtomicLong(4_999);
        CallWatch watch = new CallWatch(
                Kind.CONNECTOR_STUCK,
                Duration.ofSeconds(5),
                () -> List.of(new Call("c", "waits", millis.get() * 1_000_000, stuck,
                        Culprit.connector("c", "s1"))));
        assertThat(watch.look()).isEmpty();
        millis.set(5_000);
        assertThat(watch.look()).singleElement().satisfies(sighting -> {
            assertThat(sighting.severity()).isEqualTo(Severity.WARNING);
            assertThat(sighting.culprit().thread()).isEqualTo("call-9");
            assertThat(sighting.summary()).isEqualTo("c waits, for 5000 ms now");
        });
        await().until(() -> watch.look().getFirst().culprit().stack().stream()
                .anyMatch(frame -> frame.contains("CountDownLatch.await")));
        millis.set(30_000);
        assertThat(watch.look().getFirst().severity()).isEqualTo(Severity.CRITICAL);
        release.countDown();
    }
}
