package dev.weir.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.ops.watch.ThreadDump.OfSession;
import dev.weir.ops.watch.ThreadDump.View;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ThreadDumpTest {

    private static final int ALIKE = 50;

    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void startThreads() {
        for (int i = 0; i < ALIKE; i++) {
            Thread.ofVirtual().name("session-" + i % 10).start(this::waitHere);
        }
    }

    @AfterEach
    void endThreads() {
        release.countDown();
    }

    private void waitHere() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static @Nullable Culprit owner(ThreadDump.OneThread thread) {
        return thread.name().startsWith("session-")
                ? Culprit.session(thread.name(), "client", "r")
                : null;
    }

    private static View dump(String session) throws IOException {
        return ThreadDump.take(
                Instant.EPOCH, ThreadDumpTest::owner,
                id -> session.isEmpty() || session.equals(id));
    }

    @Test
    void virtualThreadsThatDoTheSameAreOneEntry() {
        await().untilAsserted(() -> assertThat(dump("").stacks())
                .anySatisfy(alike -> {
                    assertThat(alike.count()).isEqualTo(ALIKE);
                    assertThat(alike.virtual()).isTrue();
                    assertThat(alike.names()).hasSize(5);
                    assertThat(alike.sessions()).hasSize(5);
                    assertThat(alike.stack()).anyMatch(frame ->
                            frame.startsWith("dev.weir.ops.watch.ThreadDumpTest.waitHere("));
                }));
    }

    @Test
    void theThreadsOfASessionAreTogether() {
        await().untilAsserted(() -> {
            View view = dump("");
            assertThat(view.sessions()).hasSize(10)
                    .allSatisfy(session -> assertThat(session.threads()).hasSize(5));
            assertThat(view.threads()).isGreaterThan(view.virtualThreads());
            assertThat(view.sessionsNotShown()).isZero();
        });
    }

    @Test
    void oneSessionCanBeAskedFor() throws IOException {
        assertThat(dump("session-3").sessions())
                .extracting(OfSession::session)
                .containsExactly("session-3");
    }
}
