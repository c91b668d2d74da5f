package dev.weir.connectors.guard;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.Deadlines;
import dev.weir.connectors.Environment;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.guard.Policy.Window;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens, and whoever is interrupted: nothing of a call is left when it has ended. */
class ServicePropertyTest {

    private static final int CALLERS = 60;
    private static final int CALLS_EACH = 100;
    private static final int BULKHEAD = 20;
    private static final List<Kind> KINDS = List.of(Kind.values());

    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicBoolean well = new AtomicBoolean();
    private final LongAdder ends = new LongAdder();
    private final LongAdder interrupts = new LongAdder();

    @ParameterizedTest
    @EnumSource(Window.class)
    void everyCallEndsInOneOutcomeAndGivesBackWhatItTook(Window window) throws Exception {
        Service service = service(window);
        List<StateChange> changes = new ArrayList<>();
        service.onStateChange(change -> {
            synchronized (changes) {
                changes.add(change);
            }
        });
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Thread.ofVirtual().start(() -> callOften(service)));
        }
        Random random = new Random(7);
        while (callers.stream().anyMatch(Thread::isAlive)) {
            callers.get(random.nextInt(CALLERS)).interrupt();
            var _ = never.await(random.nextInt(200_000), NANOSECONDS);
        }

        assertThat(service.view().inFlight()).isZero();
        assertThat(service.view().waiting()).isZero();
        assertThat(service.freeCalls()).isEqualTo(BULKHEAD);
        assertThat(service.view().calls()).isEqualTo(ends.sum());
        assertThat(mostAtOnce.get()).isBetween(2, BULKHEAD);
        assertThat(interrupts.sum()).isPositive();
        assertThat(changes).extracting(StateChange::to).contains(State.OPEN, State.HALF_OPEN);

        well.set(true);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            callOnce(service, new Random(1));
            return service.state() == State.CLOSED;
        });
        assertThat(changes).extracting(StateChange::to).contains(State.CLOSED);
        service.close();
    }

    private Service service(Window window) {
        Policy policy = new Policy(
                new Policy.Breaker(window, 10, 5, 25, Duration.ofMillis(20), 100,
                        Duration.ofMillis(3), 2),
                new Policy.Retry(3, Duration.ofNanos(50_000), Duration.ofMillis(1), 50, false),
                Deadlines.defaults(),
                new Policy.Bulkhead(BULKHEAD, Duration.ofMillis(2)),
                1);
        ScriptedConnector connector = new ScriptedConnector();
        Random random = new Random(3);
        connector.onOpen = () -> misbehave(random);
        connector.onSend = () -> misbehave(random);
        connector.onCheck = () -> misbehave(random);
        return new Service("orders", "scripted", connector, policy,
                new Environment("orders", "node-1", Deadlines.defaults(), 1024,
                        InstantSource.system(), System::nanoTime),
                OpenTelemetry.noop());
    }

    /** Takes up to a millisecond, and fails half of the time. */
    private void misbehave(Random random) throws LinkException, InterruptedException {
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            if (well.get()) {
                return;
            }
            var _ = never.await(random.nextInt(1_000_000), NANOSECONDS);
            switch (random.nextInt(16)) {
                case 0 -> throw new IllegalStateException("a bug");
                case 1, 2, 3, 4, 5, 6 -> {
                    Kind kind = KINDS.get(random.nextInt(KINDS.size()));
                    throw new LinkException(kind, "orders: " + kind);
                }
                default -> { }
            }
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private void callOften(Service service) {
        Random random = new Random(Thread.currentThread().threadId());
        for (int i = 0; i < CALLS_EACH; i++) {
            callOnce(service, random);
        }
    }

    private void callOnce(Service service, Random random) {
        try {
            if (random.nextBoolean()) {
                var _ = service.turn().await(random.nextInt(2_000_000));
            }
            Link link = counted(() -> service.open(ScriptedConnector.caller()));
            counted(() -> {
                link.send(ScriptedConnector.message());
                return link;
            }).close(Goodbye.NORMAL);
        } catch (LinkException e) {
            assertThat(e.kind()).isNotNull();
        } catch (InterruptedException e) {
            interrupts.increment();
        }
    }

    private interface Action {
        Link run() throws LinkException, InterruptedException;
    }

    private Link counted(Action action) throws LinkException, InterruptedException {
        try {
            return action.run();
        } finally {
            ends.increment();
        }
    }
}
