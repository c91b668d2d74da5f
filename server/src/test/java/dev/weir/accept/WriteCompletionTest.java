package dev.weir.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WriteCompletionTest {

    private static final long LONG = Duration.ofMinutes(10).toNanos();

    @Test
    void aWriteThatIsDoneIsNotWaitedFor() throws Exception {
        WriteCompletion completion = new WriteCompletion();
        completion.succeeded();
        completion.await(-1, () -> {
            throw new AssertionError("nobody asks for the time");
        });
        assertThat(completion.getInvocationType()).isEqualTo(InvocationType.NON_BLOCKING);
    }

    @Test
    void aWriteThatFailsTellsWhy() {
        WriteCompletion completion = new WriteCompletion();
        IOException cause = new IOException("reset");
        completion.failed(cause);
        assertThatThrownBy(() -> completion.await(LONG, System::nanoTime))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class)
                .hasCause(cause);
    }

    @Test
    void aWriteThatIsNotDoneInTimeIsGivenUp() {
        WriteCompletion completion = new WriteCompletion();
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1); // the clock may wrap around
        assertThatThrownBy(() -> completion.await(10, () -> now.getAndAdd(6)))
                .isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() -> new WriteCompletion().await(0, now::get))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void whoeverWaitsIsWokenByTheEndOfTheWrite() throws Exception {
        try (var other = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 2000; i++) {
                WriteCompletion completion = new WriteCompletion();
                other.execute(completion::succeeded);
                completion.await(LONG, System::nanoTime);
            }
        }
    }

    @Test
    void whoeverIsInterruptedGivesUp() {
        FutureTask<@Nullable Void> writer = new FutureTask<>(() -> {
            new WriteCompletion().await(LONG, System::nanoTime);
            return null;
        });
        Thread.ofVirtual().start(writer).interrupt();
        assertThatThrownBy(() -> writer.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }
}
