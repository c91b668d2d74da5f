package dev.weir.connectors.guard;

import static dev.weir.connectors.guard.ScriptedConnector.caller;
import static dev.weir.connectors.guard.ScriptedConnector.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.Deadlines;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.Message;
import dev.weir.connectors.guard.Call.Operation;
import dev.weir.connectors.guard.Policy.Window;
import dev.weir.connectors.guard.Reachability.Answer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.AbstractObjectAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestClock clock = new TestClock();
    private final ScriptedConnector connector = new ScriptedConnector();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private Service service = service(3, false, 1000);

    private Service service(int attempts, boolean idempotent, int calls) {
        Policy policy = new Policy(
                new Policy.Breaker(Window.COUNT, 10, 4, 50, Duration.ofSeconds(1), 100,
                        Duration.ofSeconds(10), 2),
                new Policy.Retry(attempts, Duration.ofNanos(100), Duration.ofSeconds(1), 100,
                        idempotent),
                Deadlines.defaults(),
                new Policy.Bulkhead(calls, Duration.ZERO),
                1);
        return new Service("orders", "scripted", connector, policy, clock.environment(),
                OpenTelemetry.noop(), bound -> bound - 1);
    }

    @AfterEach
    void closeIt() {
        testIsOver.countDown();
        service.close();
    }

    // Attempts

    @Test
    void whatCannotHaveArrivedIsSentAgain() throws Exception {
        Link link = service.open(caller());
        AtomicInteger attempts = new AtomicInteger();
        connector.onSend = () -> {
            if (attempts.incrementAndGet() < 3) {
                throw new LinkException(Kind.UNREACHABLE, "orders: refused");
            }
        };
        Message message = message();
        link.send(message);
        assertThat(connector.sent).extracting(Message::id)
                .containsExactly(message.id(), message.id(), message.id());
        assertThat(service.view().retried()).isEqualTo(2);
        assertThat(service.view().failed()).isZero();
    }

    @Test
    void whatMayHaveArrivedIsNotSentAgain() throws Exception {
        Link link = service.open(caller());
        connector.onSend = failing(Kind.TIMED_OUT);
        assertThatFailure(() -> link.send(message())).matches(LinkException::mayHaveArrived);
        assertThat(connector.sent).hasSize(1);
    }

    @Test
    void aFailureNeverDeniesThatAnEarlierAttemptMayHaveArrived() throws Exception {
        service = service(2, true, 1000);
        Link link = service.open(caller());
        AtomicInteger attempts = new AtomicInteger();
        connector.onSend = () -> {
            throw new LinkException(
                    attempts.incrementAndGet() == 1 ? Kind.LOST : Kind.UNREACHABLE, "orders: no");
        };
        assertThatFailure(() -> link.send(message())).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.LOST);
            assertThat(failure.getSuppressed()).hasSize(1);
        });
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aPauseBetweenAttemptsEndsWithAnInterrupt() throws Exception {
        Link link = service.open(caller());
        connector.onSend = () -> {
            throw new LinkException(Kind.BUSY, "orders: 503", null, Duration.ofSeconds(1));
        };
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread sender = inVirtual(() -> link.send(message()), end);
        await().until(() -> service.view().retried() > 0);
        sender.interrupt();
        sender.join();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        assertThat(service.freeCalls()).isEqualTo(1000);
    }

    @Test
    void closingEndsAPauseBetweenAttempts() throws Exception {
        Link link = service.open(caller());
        connector.onSend = () -> {
            throw new LinkException(Kind.BUSY, "orders: 503", null, Duration.ofSeconds(1));
        };
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread sender = inVirtual(() -> link.send(message()), end);
        await().until(() -> service.view().retried() > 0);
        service.close();
        sender.join();
        assertThat(end.get()).asInstanceOf(type(LinkException.class))
                .extracting(LinkException::kind).isEqualTo(Kind.CLOSED);
    }

    // Breaker

    @Test
    void aFailingServiceIsNotAskedAnyMore() throws Exception {
        Link link = service.open(caller());
        connector.onSend = failing(Kind.FAILED);
        for (int i = 0; i < 3; i++) {
            assertThatFailure(() -> link.send(message())).matches(e -> e.kind() == Kind.FAILED);
        }
        assertThat(service.state()).isEqualTo(State.OPEN);
        assertThatFailure(() -> link.send(message())).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.NOT_TRIED);
            assertThat(failure.retryAfter()).contains(Duration.ofSeconds(10));
        });
        assertThatFailure(() -> service.open(caller())).matches(e -> e.kind() == Kind.NOT_TRIED);
        assertThat(connector.sent).hasSize(3);
        assertThat(service.view().notTried()).isEqualTo(2);
    }

    @Test
    void whatIsNotTriedDoesNotCount() throws Exception {
        service = service(3, false, 1);
        occupy();
        for (int i = 0; i < 20; i++) {
            assertThatFailure(() -> service.open(caller())).satisfies(failure -> {
                assertThat(failure.kind()).isEqualTo(Kind.NOT_TRIED);
                assertThat(failure).hasMessageContaining("has 1 calls already");
            });
        }
        assertThat(service.state()).isEqualTo(State.CLOSED);
        assertThat(service.view().failureRate()).isNull();
    }

    @Test
    void aServiceThatSaysNoIsWell() throws Exception {
        Link link = service.open(caller());
        connector.onSend = failing(Kind.REJECTED);
        for (int i = 0; i < 20; i++) {
            assertThatFailure(() -> link.send(message())).matches(e -> e.kind() == Kind.REJECTED);
        }
        assertThat(service.state()).isEqualTo(State.CLOSED);
        assertThat(service.view().failureRate()).isEqualTo(0);
        assertThat(service.view().rejected()).isEqualTo(20);
    }

    @Test
    void slowCallsOpenIt() throws Exception {
        connector.onOpen = () -> clock.advance(Duration.ofSeconds(2));
        for (int i = 0; i < 4; i++) {
            service.open(caller());
        }
        assertThat(service.state()).isEqualTo(State.OPEN);
    }

    @Test
    void anOpenThatDoesNotAskTheServiceSaysNothingAboutIt() throws Exception {
        connector.opensAtService = false;
        connector.onSend = failing(Kind.FAILED);
        for (int i = 0; i < 4; i++) {
            Link link = service.open(caller());
            service.open(caller());
            service.open(caller());
            assertThatFailure(() -> link.send(message())).matches(e -> e.kind() == Kind.FAILED);
        }
        assertThat(service.state()).isEqualTo(State.OPEN);
    }

    @Test
    void linksThatBreakOpenIt() throws Exception {
        Link link = service.open(caller());
        connector.onReceive = failing(Kind.LOST);
        for (int i = 0; i < 3; i++) {
            assertThatFailure(link::receive).matches(e -> e.kind() == Kind.LOST);
        }
        assertThat(service.state()).isEqualTo(State.OPEN);
        assertThat(service.view().lastError())
                .isEqualTo(new View.LastError("orders: LOST", TestClock.START));
    }

    @Test
    void linksThatWeCloseSayNothing() throws Exception {
        Link link = service.open(caller());
        connector.onReceive = failing(Kind.CLOSED);
        for (int i = 0; i < 10; i++) {
            assertThatFailure(link::receive).matches(e -> e.kind() == Kind.CLOSED);
        }
        assertThat(service.state()).isEqualTo(State.CLOSED);
        assertThat(service.view().lastError()).isNull();
    }

    @Test
    void aServiceThatWasAwayIsAskedBeforeItGetsAMessage() throws Exception {
        Link link = openCircuitWith(service.open(caller()));
        clock.advance(Duration.ofSeconds(10));
        connector.onCheck = failing(Kind.TIMED_OUT);
        for (int i = 0; i < 2; i++) {
            assertThatFailure(() -> link.send(message())).satisfies(failure -> {
                assertThat(failure.kind()).isEqualTo(Kind.NOT_TRIED);
                assertThat(failure).hasMessage("orders: TIMED_OUT");
            });
        }
        assertThat(connector.sent).isEmpty();
        assertThat(service.state()).isEqualTo(State.OPEN);

        clock.advance(Duration.ofSeconds(10));
        connector.onCheck = () -> {};
        link.send(message());
        link.send(message());
        assertThat(service.state()).isEqualTo(State.CLOSED);
        assertThat(connector.checks).hasValue(4);
        link.send(message());
        assertThat(connector.checks).hasValue(4);
    }

    @Test
    void anInterruptedProbeCanBeTakenByAnother() throws Exception {
        Link link = openCircuitWith(service.open(caller()));
        clock.advance(Duration.ofSeconds(10));
        connector.onSend = testIsOver::await;
        for (int i = 0; i < 5; i++) {
            AtomicReference<Throwable> end = new AtomicReference<>();
            Thread sender = inVirtual(() -> link.send(message()), end);
            await().until(() -> service.view().inFlight() == 1);
            sender.interrupt();
            sender.join();
            assertThat(end.get()).isInstanceOf(InterruptedException.class);
        }
        assertThat(service.state()).isEqualTo(State.HALF_OPEN);
        connector.onSend = () -> {};
        link.send(message());
        link.send(message());
        assertThat(service.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aBugOfAConnectorIsAFailure() throws Exception {
        Link link = service.open(caller());
        connector.onSend = () -> {
            throw new IllegalStateException("a bug");
        };
        assertThatFailure(() -> link.send(message())).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.FAILED);
            assertThat(failure).hasRootCauseInstanceOf(IllegalStateException.class);
        });
        assertThat(service.freeCalls()).isEqualTo(1000);
    }

    @Test
    void aListenerHearsOfEveryChange() throws Exception {
        List<String> changes = new ArrayList<>();
        service.onStateChange(change -> changes.add(change.from() + " " + change.to()));
        openCircuitWith(service.open(caller()));
        service.force(Force.CLOSED);
        service.force(Force.AUTO);
        assertThat(changes).containsExactly(
                "CLOSED OPEN", "OPEN FORCED_CLOSED", "FORCED_CLOSED CLOSED");
    }

    // What is to be seen

    @Test
    void aCallThatDoesNotEndIsSeenWithItsThread() throws Exception {
        Thread caller = occupy();
        clock.advance(Duration.ofSeconds(3));
        assertThat(service.stuck(Duration.ofSeconds(3))).isEmpty();
        assertThat(service.stuck(Duration.ofSeconds(2))).singleElement().satisfies(call -> {
            assertThat(call.operation()).isEqualTo(Operation.OPEN);
            assertThat(call.session()).isEqualTo("session-1");
            assertThat(call.thread()).isSameAs(caller);
            assertThat(call.lasting(clock.nanos())).isEqualTo(Duration.ofSeconds(3));
        });
        testIsOver.countDown();
        caller.join();
        assertThat(service.stuck(Duration.ZERO)).isEmpty();
    }

    @Test
    void aCheckIsMadeInTheBackgroundAndRemembered() throws Exception {
        connector.onCheck = failing(Kind.UNREACHABLE);
        assertThat(service.check(Duration.ofSeconds(5)).answer()).isEqualTo(Answer.UNKNOWN);
        await().atMost(PATIENCE).until(() -> service.view().reachable().answer() == Answer.NO);
        assertThat(service.check(Duration.ofSeconds(5)))
                .isEqualTo(new Reachability(Answer.NO, "orders: UNREACHABLE", TestClock.START));
        assertThat(connector.checks).hasValue(1);

        connector.onCheck = () -> {};
        clock.advance(Duration.ofSeconds(5));
        assertThat(service.check(Duration.ofSeconds(5)).answer()).isEqualTo(Answer.NO);
        await().atMost(PATIENCE).until(() ->
                service.check(Duration.ofSeconds(5)).answer() == Answer.YES);
        assertThat(connector.checks).hasValue(2);
        assertThat(service.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aCheckThatHangsIsMadeOnceAndEndsWithTheService() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        connector.onCheck = () -> {
            try {
                testIsOver.await();
            } finally {
                ended.countDown();
            }
        };
        for (int i = 0; i < 10; i++) {
            assertThat(service.check(Duration.ZERO).answer()).isEqualTo(Answer.UNKNOWN);
        }
        await().atMost(PATIENCE).until(() -> connector.checks.get() == 1);
        service.close();
        ended.await();
        service.check(Duration.ZERO);
        assertThat(connector.checks).hasValue(1);
    }

    @Test
    void aClosedServiceOpensNothing() throws Exception {
        service.close();
        service.close();
        assertThatFailure(() -> service.open(caller())).matches(e -> e.kind() == Kind.CLOSED);
        assertThat(service.turn().await(Duration.ofHours(1).toNanos())).isFalse();
        assertThat(connector.closed.get()).isPositive();
    }

    /** Has one call that ends with the test. */
    private Thread occupy() {
        connector.onOpen = testIsOver::await;
        Thread thread = inVirtual(() -> service.open(caller()), new AtomicReference<>());
        await().until(() -> service.view().inFlight() == 1);
        return thread;
    }

    /** Fails until the breaker is open; forgets what was sent. */
    private Link openCircuitWith(Link link) {
        connector.onSend = failing(Kind.FAILED);
        while (service.state() == State.CLOSED) {
            assertThatFailure(() -> link.send(message())).matches(e -> e.kind() == Kind.FAILED);
        }
        connector.onSend = () -> {};
        connector.sent.clear();
        return link;
    }

    private static Thread inVirtual(ThrowingCallable action, AtomicReference<Throwable> end) {
        return Thread.ofVirtual().start(() -> {
            try {
                action.call();
            } catch (Throwable e) {
                end.set(e);
            }
        });
    }

    private static AbstractObjectAssert<?, LinkException> assertThatFailure(
            ThrowingCallable action) {
        return assertThatThrownBy(action).asInstanceOf(type(LinkException.class));
    }

    private static ScriptedConnector.Step failing(Kind kind) {
        return () -> {
            throw new LinkException(kind, "orders: " + kind);
        };
    }
}
