package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.LinkException.Kind;
import io.nats.client.Dispatcher;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real server. What becomes of a failing one is in {@link NatsFailureTest}. */
class NatsConnectorTest extends ConnectorContract {

    private static NatsServer server;

    private NatsWorker worker;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        server = new NatsServer(directory, "");
        server.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void startWorker() throws Exception {
        worker = NatsWorker.start(server);
    }

    @AfterEach
    void stopWorker() throws Exception {
        worker.close();
    }

    @Override
    protected Connector.Provider provider() {
        return new NatsConnector.Provider();
    }

    @Override
    protected int port() {
        return server.port();
    }

    @Override
    protected Map<String, Object> settings(int port) {
        return Map.of("url", "nats://127.0.0.1:" + port, "subject", "echo");
    }

    @Override
    protected void kill() throws Exception {
        server.kill();
    }

    @Override
    protected void restart() throws Exception {
        server.start();
        startWorker();
    }

    // Requests

    @Test
    void theServiceSeesWhoTheClientIsAndWhereToReply() throws Exception {
        Subscription orders = worker.subscribe("orders.*");
        Link link = connector(to("orders.{key}"), Deadlines.defaults())
                .open(caller("session-7", "a.b"));
        Message sent = text("hello");
        CompletableFuture<Boolean> done = async(() -> {
            link.send(sent.withTraceparent("00-11-22-01"));
            return true;
        });
        io.nats.client.Message got = orders.nextMessage(PATIENCE);
        worker.connection().publish(got.getReplyTo(), new byte[0]);
        assertThat(get(done)).isTrue();

        assertThat(got.getSubject()).isEqualTo("orders.a%2Eb");
        assertThat(new String(got.getData(), UTF_8)).isEqualTo("hello");
        assertThat(got.getReplyTo()).startsWith(NatsWorker.INBOX + ".");
        assertThat(header(got, "ce-weirreply")).isEqualTo(NatsWorker.INBOX);
        assertThat(header(got, "ce-id")).isEqualTo(sent.id());
        assertThat(header(got, "ce-type")).isEqualTo("dev.weir.message");
        assertThat(header(got, "ce-source")).isEqualTo("/weir/node-1/route");
        assertThat(header(got, "ce-weirsession")).isEqualTo("session-7");
        assertThat(header(got, "traceparent")).isEqualTo("00-11-22-01");
        assertThat(header(got, "Content-Type")).isEqualTo("text/plain;charset=utf-8");
    }

    @Test
    void aServiceMayAnswerSeveralTimesPushAtAnyTimeAndSayGoodbye() throws Exception {
        Dispatcher dispatcher = worker.connection().createDispatcher(message -> {
            worker.connection().publish(message.getReplyTo(), "one".getBytes(UTF_8));
            worker.connection().publish(message.getReplyTo(), "two".getBytes(UTF_8));
        });
        dispatcher.subscribe("twice");
        worker.flush();
        Link link = connector(to("twice"), Deadlines.defaults()).open(caller("session-7", "k"));
        link.send(text("hello"));
        assertThat(receive(link).asText()).isEqualTo("one");
        assertThat(receive(link).asText()).isEqualTo("two");
        worker.connection().publish(NatsWorker.INBOX, "unasked".getBytes(UTF_8));
        Headers goodbye = new Headers();
        goodbye.put("ce-type", "dev.weir.disconnected");
        goodbye.put("ce-weircode", "4002");
        goodbye.put("ce-weirreason", "done");
        worker.connection().publish(NatsWorker.INBOX, goodbye, new byte[0]);
        assertThat(receive(link).asText()).isEqualTo("unasked");
        assertThat(get(async(link::receive))).isEqualTo(new Goodbye(4002, "done"));
    }

    @Test
    void anEmptyAnswerWithoutHeadersOnlySaysThatTheServiceHasTheMessage() throws Exception {
        worker.connection().createDispatcher(message ->
                worker.connection().publish(message.getReplyTo(), new byte[0])).subscribe("quiet");
        worker.flush();
        Link link = connector(to("quiet"), Deadlines.defaults()).open(caller("session-7", "k"));
        link.send(text("hello"));
        worker.connection().publish(NatsWorker.INBOX, "next".getBytes(UTF_8));
        assertThat(receive(link).asText()).isEqualTo("next");
    }

    @Test
    void aServiceThatNobodyRunsIsUnreachableAtOnce() throws Exception {
        for (String mode : List.of("request", "publish", "jetstream")) {
            Map<String, Object> settings = to("nobody.here");
            settings.put("mode", mode);
            Link link = open(connector(settings, new Deadlines(
                    Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofHours(1))));
            assertThatFailure(() -> link.send(text("x"))).satisfies(failure -> {
                assertThat(failure.kind()).as(mode).isEqualTo(Kind.UNREACHABLE);
                assertThat(failure).hasMessageContaining("nobody.here");
            });
        }
    }

    @Test
    void theErrorsOfServicesAreToldApart() throws Exception {
        worker.connection().createDispatcher(message -> {
            Headers error = new Headers();
            error.put("Nats-Service-Error-Code", new String(message.getData(), UTF_8));
            error.put("Nats-Service-Error", "no");
            worker.connection().publish(message.getReplyTo(), error, new byte[0]);
        }).subscribe("failing");
        worker.flush();
        Link link = open(connector(to("failing"), Deadlines.defaults()));
        Map.of("400", Kind.REJECTED, "429", Kind.BUSY, "503", Kind.BUSY, "500", Kind.FAILED)
                .forEach((code, kind) -> assertThatFailure(() -> link.send(text(code)))
                        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind)));
    }

    @Test
    void aServiceThatDoesNotAnswerIsTimedOut() throws Exception {
        worker.subscribe("hanging");
        Link link = open(connector(to("hanging"), new Deadlines(
                Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(300))));
        assertThatFailure(() -> link.send(text("x"))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
            assertThat(failure.mayHaveArrived()).isTrue();
        });
    }

    @Test
    void aMessageLargerThanTheServerTakesIsRejected() throws Exception {
        Link link = open(connector());
        assertThatFailure(() -> link.send(binary(new byte[9 << 20]))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.REJECTED));
        link.send(text("after"));
        assertThat(receive(link).asText()).isEqualTo("after");
    }

    // The other modes

    @Test
    void aPublishedMessageNeedsNoAnswerButSomebodyWhoIsSubscribed() throws Exception {
        Subscription orders = worker.subscribe("orders");
        Map<String, Object> settings = to("orders");
        settings.put("mode", "publish");
        settings.put("ack", "accepted");
        Link link = connector(settings, Deadlines.defaults()).open(caller("session-7", "k"));
        link.send(text("hello"));
        assertThat(receive(link).asText()).isEqualTo("accepted");
        io.nats.client.Message got = orders.nextMessage(PATIENCE);
        worker.connection().publish(header(got, "ce-weirreply"), "done".getBytes(UTF_8));
        assertThat(receive(link).asText()).isEqualTo("done");
    }

    @Test
    void aStreamStoresEachMessageOnceHoweverOftenItIsSent() throws Exception {
        worker.stream("DOUBLES", "doubles");
        Link link = open(connector(toStream("doubles"), Deadlines.defaults()));
        Message message = text("once");
        link.send(message);
        link.send(message);
        assertThat(receive(link).asText()).isEqualTo("accepted");
        assertThat(worker.connection().jetStreamManagement().getStreamInfo("DOUBLES")
                .getStreamState().getMsgCount()).isEqualTo(1);
    }

    @Test
    void aStreamThatIsFullFailsTheMessage() throws Exception {
        worker.connection().jetStreamManagement().addStream(StreamConfiguration.builder()
                .name("FULL").subjects("full").maxMessages(1)
                .discardPolicy(io.nats.client.api.DiscardPolicy.New).build());
        Link link = open(connector(toStream("full"), Deadlines.defaults()));
        link.send(text("fits"));
        assertThatFailure(() -> link.send(text("does not"))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.FAILED);
            assertThat(failure).hasMessageContaining("maximum messages exceeded");
        });
    }

    @Test
    void theServiceIsToldOfConnectsAndDisconnectsWhereItWants() throws Exception {
        Subscription orders = worker.subscribe("orders");
        Map<String, Object> settings = to("orders");
        settings.put("events", List.of("connected", "disconnected"));
        Link link = connector(settings, Deadlines.defaults()).open(caller("session-7", "red"));
        link.close(new Goodbye(4001, "so bored"));
        assertThat(header(orders.nextMessage(PATIENCE), "ce-type"))
                .isEqualTo("dev.weir.connected");
        io.nats.client.Message goodbye = orders.nextMessage(PATIENCE);
        assertThat(header(goodbye, "ce-type")).isEqualTo("dev.weir.disconnected");
        assertThat(header(goodbye, "ce-weircode")).isEqualTo("4001");
        assertThat(header(goodbye, "ce-weirreason")).isEqualTo("so%20bored");
    }

    // The connection

    @Test
    void itUsesNoPlatformThread() throws Exception {
        assertThat(platformThreadsOf(() -> {
            Link link = open(connector());
            link.send(text("hello"));
            receive(link);
        })).isEmpty();
    }

    // Settings

    @Test
    void aWrongPasswordIsNamed(@TempDir Path directory) throws Exception {
        try (NatsServer closed = new NatsServer(directory,
                "authorization { user: weir, password: right }")) {
            closed.start();
            Map<String, Object> settings = new HashMap<>(settings(closed.port()));
            settings.put("user", "weir");
            settings.put("password", "right");
            connector(settings, Deadlines.defaults()).check();
            settings.put("password", "wrong");
            assertThatFailure(() -> open(connector(settings, Deadlines.defaults())))
                    .satisfies(failure ->
                            assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE))
                    .satisfies(failure ->
                            assertThat(failure).hasMessageContaining("Authorization Violation"));
        }
    }

    @Test
    void aCertificateOfAnotherHostIsNotTrusted(@TempDir Path directory) throws Exception {
        SelfSigned made = SelfSigned.of("dns:localhost", directory);
        System.setProperty("javax.net.ssl.trustStore", made.store().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", SelfSigned.PASSWORD);
        String tls = "tls { cert_file: \"%s\", key_file: \"%s\", timeout: 60 }"
                .formatted(made.certificate(), made.key());
        try (NatsServer secure = new NatsServer(directory, tls)) {
            secure.start();
            Map<String, Object> settings = to("any");
            Deadlines patient = new Deadlines(PATIENCE, PATIENCE, PATIENCE);
            settings.put("url", "tls://localhost:" + secure.port());
            connector(settings, patient).check();
            settings.put("url", "tls://127.0.0.1:" + secure.port());
            assertThatFailure(connector(settings, patient)::check).satisfies(failure ->
                    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE));
            assertThat(secure.log()).contains("unknown certificate");
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    @Test
    void settingsThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> connector(
                        Map.of("url", "nats://me:secret@host", "subject", "x"),
                        Deadlines.defaults()))
                .hasMessageStartingWith("url: ").hasMessageNotContaining("secret");
        assertThatThrownBy(() -> connector(
                        Map.of("url", "amqp://host", "subject", "x"), Deadlines.defaults()))
                .hasMessageStartingWith("url: ");
        assertThatThrownBy(() -> connector(
                        Map.of("url", "nats://host", "subject", "a.{b"), Deadlines.defaults()))
                .hasMessageStartingWith("subject: ");
        assertThatThrownBy(() -> connector(
                        Map.of("url", "nats://host", "subject", "x", "ack", "ok"),
                        Deadlines.defaults()))
                .hasMessageStartingWith("ack: ");
    }

    private static Map<String, Object> to(String subject) {
        return NatsWorker.to(server, subject);
    }

    private static Map<String, Object> toStream(String subject) {
        return NatsWorker.toStream(server, subject);
    }

    private static String header(io.nats.client.Message message, String name) {
        return NatsWorker.header(message, name);
    }
}
