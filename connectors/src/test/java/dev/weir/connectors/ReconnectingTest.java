package dev.weir.connectors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReconnectingTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicInteger dials = new AtomicInteger();
    private final BlockingQueue<Object> results = new LinkedBlockingQueue<>();
    private final Reconnecting<Wire> wires = new Reconnecting<>("test", this::dial);

    @AfterEach
    void close() {
        wires.close();
    }

    @Test
    void itDialsNobodyUntilItIsAsked() throws Exception {
        assertThat(wires.current()).isNull();
        assertThat(dials).hasValue(0);
        Wire wire = new Wire();
        results.add(wire);
        assertThat(wires.get(LONG)).isSameAs(wire);
        assertThat(wires.current()).isSameAs(wire);
    }

    @Test
    void allWhoWaitGetTheSameConnection() throws Exception {
        List<CompletableFuture<Wire>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(ConnectorContract.async(() -> wires.get(LONG)));
        }
        Wire wire = new Wire();
        results.add(wire);
        for (CompletableFuture<Wire> each : waiting) {
            assertThat(each.get(30, SECONDS)).isSameAs(wire);
        }
        assertThat(dials).hasValue(1);
    }

    @Test
    void aFailedAttemptFailsThoseWhoWaitForIt() {
        results.add(new LinkException(Kind.REJECTED, "not you"));
        assertThatThrownBy(() -> wires.get(LONG))
                .isInstanceOfSatisfying(LinkException.class, failure ->
                        assertThat(failure.kind()).isEqualTo(Kind.REJECTED))
                .hasMessage("not you");
    }

    @Test
    void anAttemptThatTakesTooLongIsNotWaitedFor() {
        assertThatThrownBy(() -> wires.get(Duration.ofMillis(20)))
                .isInstanceOfSatisfying(LinkException.class, failure ->
                        assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE));
    }

    @Test
    void whoGivesUpDoesNotEndTheAttemptOfTheOthers() throws Exception {
        CompletableFuture<Wire> other = ConnectorContract.async(() -> wires.get(LONG));
        await().until(() -> dials.get() == 1);
        CountDownLatch waits = new CountDownLatch(1);
        Thread hasty = Thread.ofVirtual().start(() -> {
            waits.countDown();
            assertThatThrownBy(() -> wires.get(LONG)).isInstanceOf(InterruptedException.class);
        });
        waits.await();
        hasty.interrupt();
        hasty.join();
        Wire wire = new Wire();
        results.add(wire);
        assertThat(other.get(30, SECONDS)).isSameAs(wire);
        assertThat(dials).hasValue(1);
    }

    @Test
    void aLostConnectionIsMadeAgainThoughNobodyAsks() throws Exception {
        Wire first = new Wire();
        Wire second = new Wire();
        results.add(first);
        wires.get(LONG);
        results.add(new LinkException(Kind.UNREACHABLE, "still away"));
        results.add(second);
        first.end = "broken";
        wires.look();
        await().atMost(LONG).until(() -> wires.current() == second);
        assertThat(dials).hasValue(3);
    }

    @Test
    void aConnectionThatEndsBeforeItIsHandedOutIsReplaced() throws Exception {
        Wire dead = new Wire();
        dead.end = "stillborn";
        Wire second = new Wire();
        results.add(dead);
        results.add(second);
        await().atMost(LONG).ignoreExceptions().until(() -> wires.get(LONG) == second);
    }

    @Test
    void closingItClosesTheConnectionAndWakesWhoWaits() throws Exception {
        Wire wire = new Wire();
        results.add(wire);
        wires.get(LONG);
        wires.close();
        assertThat(wire.closed).isTrue();
        assertThatThrownBy(() -> wires.get(LONG))
                .isInstanceOfSatisfying(LinkException.class, failure ->
                        assertThat(failure.kind()).isEqualTo(Kind.CLOSED));
    }

    private Wire dial() throws LinkException, InterruptedException {
        dials.incrementAndGet();
        return switch (results.take()) {
            case Wire wire -> wire;
            case LinkException failure -> throw failure;
            default -> throw new IllegalStateException();
        };
    }

    private static final class Wire implements Reconnecting.Life {

        private volatile @Nullable String end;
        private volatile boolean closed;

        @Override
        public @Nullable String end() {
            return end;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
