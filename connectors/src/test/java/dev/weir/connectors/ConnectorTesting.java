package dev.weir.connectors;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.assertj.core.api.AbstractObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What tests of a connector need: connectors, clients, messages, and patience. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ConnectorTesting {

    /** Enough for any service on a busy machine: what takes longer than this hangs. */
    protected static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Executor VIRTUAL = task -> Thread.ofVirtual().name("test").start(task);

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** {@return the provider under test} */
    protected abstract Connector.Provider provider();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    /** {@return a connector with such settings; closed after the test} */
    protected final Connector connector(Map<String, Object> settings, Deadlines deadlines) {
        return keep(provider().create(
                Settings.of(provider().settings(), settings), environment(deadlines)));
    }

    protected final <T extends AutoCloseable> T keep(T toBeClosed) {
        opened.add(toBeClosed);
        return toBeClosed;
    }

    protected static Environment environment(Deadlines deadlines) {
        return new Environment("under-test", "node-1", deadlines, 16L * 1024 * 1024,
                InstantSource.system(), System::nanoTime);
    }

    protected static Caller caller(String session, String key) {
        return new Caller(session, "route", key, Map.of("key", key), "127.0.0.1:50000",
                List.of(), Map.of(), null, Instant.now());
    }

    protected static Link open(Connector connector) throws Exception {
        return connector.open(caller("session-1", "key-1"));
    }

    /** Some services say at the open that they are not there, others at the first message. */
    protected static void openAndSend(Connector connector) throws Exception {
        Link link = connector.open(caller("session-1", "key-1"));
        try {
            link.send(text("is anybody there"));
        } finally {
            link.close(Goodbye.GOING_AWAY);
        }
    }

    protected static Message text(String text) {
        return Message.outgoing(id(), true, text.getBytes(StandardCharsets.UTF_8), Instant.now(),
                null);
    }

    protected static Message binary(byte[] payload) {
        return Message.outgoing(id(), false, payload, Instant.now(), null);
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    /** {@return the next message; fails when none comes} */
    protected static Message receive(Link link) throws Exception {
        return (Message) get(async(link::receive));
    }

    protected static void assertSame(Message actual, Message expected) {
        assertThat(actual.isText()).isEqualTo(expected.isText());
        assertThat(Arrays.equals(actual.payload(), expected.payload()))
                .as("the same %d bytes (there are %d)", expected.length(), actual.length())
                .isTrue();
    }

    protected static AbstractObjectAssert<?, LinkException> assertThatFailure(Action action) {
        return assertThat(requireNonNull(
                catchThrowableOfType(LinkException.class, action::run), "it did not fail"));
    }

    /** {@return what that gives, on a virtual thread} */
    protected static <T> CompletableFuture<T> async(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        VIRTUAL.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    protected static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE.toSeconds(), SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /**
     * What became of messages that were sent until each sender failed once, by their ids.
     *
     * @param confirmed that were sent
     * @param uncertain that may have arrived
     * @param notSent the rest
     */
    protected record Sent(Set<String> confirmed, Set<String> uncertain, Set<String> notSent) {}

    /** Has eight clients send until the service, which is killed when it has enough, fails. */
    protected static Sent sendUntilKilled(
            Connector connector, Callable<Boolean> enough, Action kill) throws Exception {
        Sent sent = new Sent(new ConcurrentSkipListSet<>(), new ConcurrentSkipListSet<>(),
                new ConcurrentSkipListSet<>());
        List<CompletableFuture<LinkException>> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Link link = connector.open(caller("session-" + i, "key"));
            senders.add(async(() -> sendUntilOneFails(link, sent)));
        }
        await().atMost(PATIENCE).until(enough);
        kill.run();
        for (CompletableFuture<LinkException> sender : senders) {
            assertThat(get(sender).isFailureOfService()).isTrue();
        }
        return sent;
    }

    private static LinkException sendUntilOneFails(Link link, Sent sent)
            throws InterruptedException {
        for (int number = 0; true; number++) {
            Message message = text("message " + number);
            try {
                link.send(message);
                sent.confirmed.add(message.id());
            } catch (LinkException e) {
                (e.mayHaveArrived() ? sent.uncertain : sent.notSent).add(message.id());
                return e;
            }
        }
    }

    /** {@return the platform threads that this begins, but those of virtual threads themselves} */
    protected static Set<String> platformThreadsOf(Action action) throws Exception {
        Set<String> before = platformThreads();
        action.run();
        Set<String> after = platformThreads();
        after.removeAll(before);
        after.removeIf(name -> name.matches("ForkJoinPool.*|VirtualThread.*|.*-Poller.*"));
        return after;
    }

    private static Set<String> platformThreads() {
        Set<String> names = new TreeSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return names;
    }

    /** Something that may throw anything. */
    @FunctionalInterface
    protected interface Action {
        void run() throws Exception;
    }

    /** A virtual thread that waits in a call, and how the call failed. */
    protected static final class Waiting {

        private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        private final Thread thread;

        private Waiting(Action call) {
            CountDownLatch begun = new CountDownLatch(1);
            thread = Thread.ofVirtual().name("test").start(() -> {
                begun.countDown();
                try {
                    call.run();
                    failure.complete(new AssertionError("it returned"));
                } catch (Throwable e) {
                    failure.complete(e);
                }
            });
        }

        /** {@return when the thread waits in that call} */
        static Waiting in(Action call) {
            Waiting waiting = new Waiting(call);
            await().atMost(PATIENCE).until(() -> switch (waiting.thread.getState()) {
                case WAITING, TIMED_WAITING -> true;
                default -> waiting.failure.isDone();
            });
            return waiting;
        }

        void interrupt() {
            thread.interrupt();
        }

        Throwable failure() throws Exception {
            return failure.get(PATIENCE.toSeconds(), SECONDS);
        }
    }
}
