package dev.weir.connectors.guard;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.Deadlines;
import dev.weir.connectors.Environment;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.guard.Circuit.Permit;
import dev.weir.connectors.guard.Policy.Window;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who waits for the breaker, in real time: a condition cannot be told another one. */
class CircuitWaitersTest {

    private static final int PROBES = 3;

    private final List<Thread> threads = new ArrayList<>();

    private static Circuit open(Duration openFor) throws LinkException {
        Environment environment = new Environment("orders", "node-1", Deadlines.defaults(), 1024,
                InstantSource.system(), System::nanoTime);
        Circuit circuit = new Circuit("orders",
                new Policy.Breaker(Window.COUNT, 10, PROBES, 50, Duration.ofSeconds(1), 100,
                        openFor, PROBES),
                environment, change -> {});
        for (int i = 0; i < PROBES; i++) {
            circuit.failed(circuit.acquire(), 1, failure());
        }
        assertThat(circuit.state()).isEqualTo(State.OPEN);
        return circuit;
    }

    @AfterEach
    void endAll() throws Exception {
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join();
        }
    }

    private Future<Boolean> waiting(Circuit circuit, Duration atMost) {
        return waiting(() -> circuit.turn().await(atMost.toNanos()));
    }

    private Future<Boolean> waiting(Callable<Boolean> wait) {
        FutureTask<Boolean> task = new FutureTask<>(wait);
        threads.add(Thread.ofVirtual().start(task));
        return task;
    }

    @Test
    void nobodyWaitsForAClosedOne() throws Exception {
        Circuit circuit = open(Duration.ofHours(1));
        circuit.force(Force.AUTO);
        assertThat(circuit.turn().await(0)).isTrue();
    }

    @Test
    void theTimeOfAWaitIsKept() throws Exception {
        Circuit circuit = open(Duration.ofHours(1));
        assertThat(circuit.turn().await(0)).isFalse();
        assertThat(waiting(circuit, Duration.ofMillis(20)).get(30, SECONDS)).isFalse();
        assertThat(circuit.snapshot().waiting()).isZero();
    }

    @Test
    void onlyAsManyAreLetGoAsThereAreProbesUntilTheyWentWell() throws Exception {
        Circuit circuit = open(Duration.ofMillis(100));
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger probing = new AtomicInteger();
        CompletableFuture<Void> probesMayEnd = new CompletableFuture<>();
        List<Future<?>> callers = new ArrayList<>();
        int count = 200;
        for (int i = 0; i < count; i++) {
            FutureTask<Boolean> caller = new FutureTask<>(() -> {
                assertThat(circuit.turn().await(Long.MAX_VALUE)).isTrue();
                try {
                    Permit permit = circuit.acquire();
                    if (permit.probe()) {
                        probing.incrementAndGet();
                        probesMayEnd.get();
                    }
                    circuit.succeeded(permit, 1);
                } catch (LinkException e) {
                    refused.incrementAndGet();
                }
                return true;
            });
            threads.add(Thread.ofVirtual().start(caller));
            callers.add(caller);
        }
        await().until(() -> probing.get() == PROBES);
        assertThat(circuit.snapshot().waiting()).isEqualTo(count - PROBES);
        probesMayEnd.complete(null);
        for (Future<?> caller : callers) {
            caller.get(30, SECONDS);
        }
        assertThat(probing).hasValue(PROBES);
        assertThat(refused).hasValue(0);
        assertThat(circuit.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void whenTheProbesFailTheOthersWaitForTheNextOnes() throws Exception {
        Circuit circuit = open(Duration.ofMillis(50));
        AtomicInteger failures = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < 4 * PROBES; i++) {
            FutureTask<Boolean> caller = new FutureTask<>(() -> {
                assertThat(circuit.turn().await(Long.MAX_VALUE)).isTrue();
                Permit permit = circuit.acquire();
                failures.incrementAndGet();
                circuit.failed(permit, 1, failure());
                return true;
            });
            threads.add(Thread.ofVirtual().start(caller));
            callers.add(caller);
        }
        for (Future<?> caller : callers) {
            caller.get(30, SECONDS);
        }
        assertThat(failures).hasValue(4 * PROBES);
        assertThat(circuit.state()).isEqualTo(State.OPEN);
    }

    @Test
    void theTurnOfOneThatDoesNotCallIsPassedOn() throws Exception {
        Circuit circuit = open(Duration.ofMillis(20));
        List<Future<Boolean>> idle = new ArrayList<>();
        for (int i = 0; i < PROBES + 1; i++) {
            idle.add(waiting(circuit, Duration.ofHours(1)));
        }
        for (Future<Boolean> each : idle) {
            assertThat(each.get(30, SECONDS)).isTrue();
        }
    }

    @Test
    void oneThatIsInterruptedOrGoneDoesNotHoldUpTheOthers() throws Exception {
        Circuit circuit = open(Duration.ofSeconds(3)); // Until both are seen to wait.
        Future<Boolean> first = waiting(circuit, Duration.ofHours(1));
        await().until(() -> circuit.snapshot().waiting() == 1);
        Future<Boolean> second = waiting(circuit, Duration.ofHours(1));
        await().until(() -> circuit.snapshot().waiting() == 2);
        threads.getFirst().interrupt();
        assertThat(second.get(30, SECONDS)).isTrue();
        assertThat(first).failsWithin(Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(InterruptedException.class);
        assertThat(circuit.snapshot().waiting()).isZero();
    }

    @Test
    void oneThatIsCancelledLeavesAtOnceAndTheOthersKeepTheirPlaces() throws Exception {
        Circuit circuit = open(Duration.ofHours(1));
        circuit.force(Force.OPEN);
        Turn turn = circuit.turn();
        Future<Boolean> first = waiting(() -> turn.await(Duration.ofHours(1).toNanos()));
        await().until(() -> circuit.snapshot().waiting() == 1);
        Future<Boolean> second = waiting(circuit, Duration.ofHours(1));
        await().until(() -> circuit.snapshot().waiting() == 2);
        turn.cancel();
        assertThat(first.get(30, SECONDS)).isFalse();
        assertThat(circuit.snapshot().waiting()).isEqualTo(1);
        assertThat(second.isDone()).isFalse();
        circuit.force(Force.AUTO);
        assertThat(second.get(30, SECONDS)).isTrue();
    }

    @Test
    void whoIsCancelledBeforehandDoesNotWait() throws Exception {
        Circuit circuit = open(Duration.ofHours(1));
        Turn turn = circuit.turn();
        turn.cancel();
        assertThat(turn.await(Duration.ofHours(1).toNanos())).isFalse();
        assertThat(circuit.snapshot().waiting()).isZero();
    }

    @Test
    void anOperatorLetsEverybodyGo() throws Exception {
        Circuit circuit = open(Duration.ofHours(1));
        List<Future<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(waiting(circuit, Duration.ofHours(1)));
        }
        await().until(() -> circuit.snapshot().waiting() == 20);
        circuit.force(Force.CLOSED);
        for (Future<Boolean> each : waiting) {
            assertThat(each.get(30, SECONDS)).isTrue();
        }
    }

    @Test
    void closingSendsEverybodyAway() throws Exception {
        Circuit circuit = open(Duration.ofHours(1));
        Future<Boolean> waiting = waiting(circuit, Duration.ofHours(1));
        await().until(() -> circuit.snapshot().waiting() == 1);
        circuit.close();
        assertThat(waiting.get(30, SECONDS)).isFalse();
    }

    private static LinkException failure() {
        return new LinkException(Kind.FAILED, "orders: 500");
    }
}
