package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the relay and the guard rely on, whatever carries the messages. Every connector's test
 * extends this and runs it against the real service with an <em>echoing</em> worker: the same
 * payload comes back, once, as the same type.
 *
 * <p>A subclass says how its service is reached; it starts the service before the tests (usually
 * once, in {@code @BeforeAll}) and has it running again after each test.
 */
abstract class ConnectorContract extends ConnectorTesting {

    /** For services that never answer. */
    private static final Deadlines SHORT = new Deadlines(
            Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1));

    /** {@return the port of the running, echoing service on loopback; 0 when it has none} */
    protected abstract int port();

    /** {@return settings of a connector to an echoing service at that port of loopback} */
    protected abstract Map<String, Object> settings(int port);

    /** Ends the service at once, as kill -9 does. */
    protected void kill() throws Exception {
        Assumptions.abort("this service cannot be killed");
    }

    /** Starts the service again, at the same port; returns when it echoes. */
    protected void restart() throws Exception {
        Assumptions.abort("this service cannot be killed");
    }

    /** {@return a connector to the echoing service} */
    protected final Connector connector() {
        return connector(settings(port()), Deadlines.defaults());
    }

    /** {@return settings of a connector to a service that takes connections and never answers} */
    protected Map<String, Object> hanging() throws IOException {
        return settings(keep(BlackHole.open()).port());
    }

    /** {@return settings of a connector to a service that is not there} */
    protected Map<String, Object> refusing() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return settings(free.getLocalPort());
        }
    }

    // The provider

    @Test
    void itsProviderIsFoundByItsType() {
        assertThat(ServiceLoader.load(Connector.Provider.class))
                .filteredOn(found -> found.type().equals(provider().type()))
                .singleElement().hasSameClassAs(provider());
        assertThat(provider().type()).matches("[a-z]+");
    }

    @Test
    void itSaysWhatItIsInASentence() {
        assertThat(provider().summary()).matches("[A-Z].*\\.").doesNotContain("\n");
        assertThat(provider().settings().example()).contains("type: " + provider().type());
    }

    @Test
    void everySettingIsDocumented() {
        assertThat(provider().settings().settings()).allSatisfy(setting -> {
            assertThat(setting.name()).matches("[a-z][a-z0-9-]*");
            assertThat(setting.meaning()).matches("[A-Z].*[^.]").doesNotContain("\n");
            assertThat(setting.example()).isNotBlank();
        });
    }

    @Test
    void creatingOneDoesNoInputOutputAndStartsNoThread() throws Exception {
        try (BlackHole hole = BlackHole.open()) {
            Inventory before = Inventory.take(hole.port());
            Connector connector = provider().create(
                    Settings.of(provider().settings(), settings(hole.port())),
                    environment(Deadlines.defaults()));
            Inventory after = Inventory.take(hole.port());
            connector.close();
            assertThat(after.newThreads(before)).isEmpty();
            assertThat(hole.accepted()).isZero();
        }
    }

    // Messages

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageComesBackAsItWas(Message sent) throws Exception {
        Link link = open(connector());
        link.send(sent);
        assertSame(receive(link), sent);
    }

    static List<Message> messages() {
        byte[] bytes = new byte[1024 * 1024];
        new Random(1).nextBytes(bytes);
        return List.of(
                text("hello"),
                text("grüße, 世界 \uD83C\uDF0A\n"),
                text(""),
                text("long ".repeat(200_000)),
                binary(new byte[] {0, 1, (byte) 0xff, (byte) 0xfe}),
                binary(new byte[0]),
                binary(bytes));
    }

    @Test
    void messagesOfOneSenderKeepTheirOrder() throws Exception {
        Link link = open(connector());
        int count = 300;
        CompletableFuture<List<String>> received = async(() -> {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                texts.add(receive(link).asText());
            }
            return texts;
        });
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add("message " + i);
            link.send(text("message " + i));
        }
        assertThat(get(received)).isEqualTo(sent);
    }

    @Test
    void clientsGetTheirOwnAnswersAndNoOthers() throws Exception {
        Connector connector = connector();
        List<CompletableFuture<Boolean>> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Caller caller = caller("session-" + i, "key-" + i % 5);
            clients.add(async(() -> {
                Link link = connector.open(caller);
                for (int n = 0; n < 20; n++) {
                    Message message = text(caller.session() + " says " + n);
                    link.send(message);
                    assertSame(receive(link), message);
                }
                link.close(Goodbye.NORMAL);
                return true;
            }));
        }
        for (CompletableFuture<Boolean> client : clients) {
            assertThat(get(client)).isTrue();
        }
    }

    @Test
    void aRunningServicePassesTheCheck() throws Exception {
        connector().check();
    }

    // A service that is not well

    @Test
    void aServiceThatIsNotThereIsUnreachable() throws Exception {
        Connector connector = connector(refusing(), SHORT);
        assertThatFailure(() -> openAndSend(connector)).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(failure.mayHaveArrived()).isFalse();
            assertThat(failure).hasMessageContaining("under-test");
        });
        assertThatFailure(connector::check).satisfies(failure ->
                assertThat(failure.isFailureOfService()).isTrue());
    }

    @Test
    void aServiceThatDoesNotAnswerIsGivenUpAtTheDeadline() throws Exception {
        Connector connector = connector(hanging(), SHORT);
        assertThatFailure(() -> openAndSend(connector)).satisfies(failure ->
                assertThat(failure.kind()).isIn(Kind.TIMED_OUT, Kind.UNREACHABLE));
    }

    @Test
    void theCheckOfAServiceThatDoesNotAnswerEnds() throws Exception {
        Connector connector = connector(hanging(), SHORT);
        CompletableFuture<Boolean> check = async(() -> {
            try {
                connector.check();
            } catch (LinkException e) {
                return e.isFailureOfService();
            }
            return true;
        });
        assertThat(get(check)).isTrue();
    }

    @Test
    void aServiceThatDiedAndCameBackServesAgain() throws Exception {
        Connector connector = connector(settings(port()), SHORT);
        Link first = open(connector);
        first.send(text("before"));
        assertThat(receive(first).asText()).isEqualTo("before");
        kill();
        try {
            await().atMost(PATIENCE).untilAsserted(() ->
                    assertThatFailure(() -> openAndSend(connector)).satisfies(failure ->
                            assertThat(failure.isFailureOfService()).isTrue()));
            first.close(Goodbye.GOING_AWAY);
        } finally {
            restart();
        }
        await().atMost(PATIENCE).ignoreExceptionsInstanceOf(LinkException.class)
                .untilAsserted(() -> {
                    Link link = connector.open(caller("session-again", "key"));
                    link.send(text("after"));
                    assertThat(receive(link).asText()).isEqualTo("after");
                    link.close(Goodbye.NORMAL);
                });
    }

    // Ends

    @Test
    void closingALinkWakesWhoReceives() throws Exception {
        Link link = open(connector());
        Waiting receiver = Waiting.in(link::receive);
        link.close(Goodbye.NORMAL);
        assertThat(receiver.failure()).isInstanceOfSatisfying(LinkException.class, failure ->
                assertThat(failure.kind()).isEqualTo(Kind.CLOSED));
    }

    @Test
    void closingALinkTwiceIsClosingItOnce() throws Exception {
        Link link = open(connector());
        link.close(Goodbye.NORMAL);
        link.close(new Goodbye(4000, "again"));
        assertThatFailure(() -> link.send(text("late"))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.CLOSED));
        assertThatFailure(link::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.CLOSED));
    }

    @Test
    void closingAConnectorEndsItsLinks() throws Exception {
        Connector connector = connector();
        Link link = open(connector);
        Waiting receiver = Waiting.in(link::receive);
        connector.close();
        connector.close();
        assertThat(receiver.failure()).isInstanceOf(LinkException.class);
        assertThatFailure(() -> connector.open(caller("session-late", "key")))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.CLOSED));
    }

    @Test
    void anInterruptEndsABlockedReceive() throws Exception {
        Link link = open(connector());
        Waiting receiver = Waiting.in(link::receive);
        receiver.interrupt();
        assertThat(receiver.failure()).isInstanceOf(InterruptedException.class);
        link.close(Goodbye.GOING_AWAY);
    }

    @Test
    void anInterruptEndsABlockedCall() throws Exception {
        Connector connector = connector(hanging(), Deadlines.defaults());
        Waiting sender = Waiting.in(() -> openAndSend(connector));
        sender.interrupt();
        assertThat(sender.failure()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void nothingIsLeftOfClosedLinksAndConnectors() throws Exception {
        useOneConnector(); // What libraries start once and keep is not a leak.
        Inventory before = Inventory.take(port());
        for (int i = 0; i < 3; i++) {
            useOneConnector();
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            Inventory after = Inventory.take(port());
            assertThat(after.newThreads(before)).isEmpty();
            assertThat(after.connections()).isLessThanOrEqualTo(before.connections());
        });
    }

    private void useOneConnector() throws Exception {
        try (Connector connector = connector(settings(port()), Deadlines.defaults())) {
            for (int i = 0; i < 5; i++) {
                Link link = connector.open(caller("session-" + i, "key"));
                link.send(text("hello"));
                receive(link);
                if (i > 0) {
                    link.close(Goodbye.NORMAL);
                }
            }
        }
    }
}
