package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.Subscription;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real server, which some tests kill. */
class NatsConnectorTest extends ConnectorContract {

    private static final String INBOX = "weir.under-test.node-1.session-7";
    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

    private static NatsServer server;

    private Connection worker;

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

    /** Echoes what comes to its subject; two workers would share it. */
    @BeforeEach
    void startWorker() throws Exception {
        worker = Nats.connect(Options.builder().server("nats://127.0.0.1:" + server.port())
                .connectionTimeout(Duration.ofSeconds(10))
                .noReconnect().executor(EXECUTOR)
                .maxMessagesInOutgoingQueue(1_000_000).build());
        Dispatcher dispatcher = worker.createDispatcher(message -> {
            Headers headers = new Headers();
            headers.put("Content-Type", message.getHeaders().getFirst("Content-Type"));
            worker.publish(NatsMessage.builder().subject(message.getReplyTo())
                    .headers(headers).data(message.getData()).build());
        });
        dispatcher.subscribe("echo", "workers");
        worker.flush(PATIENCE);
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
        Subscription orders = subscribe("orders.*");
        Link link = connector(to("orders.{key}"), Deadlines.defaults())
                .open(caller("session-7", "a.b"));
        Message sent = text("hello");
        CompletableFuture<Boolean> done = async(() -> {
            link.send(sent.withTraceparent("00-11-22-01"));
            return true;
        });
        io.nats.client.Message got = orders.nextMessage(PATIENCE);
        worker.publish(got.getReplyTo(), new byte[0]);
        assertThat(get(done)).isTrue();

        assertThat(got.getSubject()).isEqualTo("orders.a%2Eb");
        assertThat(new String(got.getData(), UTF_8)).isEqualTo("hello");
        assertThat(got.getReplyTo()).startsWith(INBOX + ".");
        assertThat(header(got, "ce-weirreply")).isEqualTo(INBOX);
        assertThat(header(got, "ce-id")).isEqualTo(sent.id());
        assertThat(header(got, "ce-type")).isEqualTo("dev.weir.message");
        assertThat(header(got, "ce-source")).isEqualTo("/weir/node-1/route");
        assertThat(header(got, "ce-weirsession")).isEqualTo("session-7");
        assertThat(header(got, "traceparent")).isEqualTo("00-11-22-01");
        assertThat(header(got, "Content-Type")).isEqualTo("text/plain;charset=utf-8");
    }

    @Test
    void aServiceMayAnswerSeveralTimesPushAtAnyTimeAndSayGoodbye() throws Exception {
        Dispatcher dispatcher = worker.createDispatcher(message -> {
            worker.publish(message.getReplyTo(), "one".getBytes(UTF_8));
            worker.publish(message.getReplyTo(), "two".getBytes(UTF_8));
        });
        dispatcher.subscribe("twice");
        worker.flush(PATIENCE);
        Link link = connector(to("twice"), Deadlines.defaults()).open(caller("session-7", "k"));
        link.send(text("hello"));
        assertThat(receive(link).asText()).isEqualTo("one");
        assertThat(receive(link).asText()).isEqualTo("two");
        worker.publish(INBOX, "unasked".getBytes(UTF_8));
        Headers goodbye = new Headers();
        goodbye.put("ce-type", "dev.weir.disconnected");
        goodbye.put("ce-weircode", "4002");
        goodbye.put("ce-weirreason", "done");
        worker.publish(INBOX, goodbye, new byte[0]);
        assertThat(receive(link).asText()).isEqualTo("unasked");
        assertThat(get(async(link::receive))).isEqualTo(new Goodbye(4002, "done"));
    }

    @Test
    void anEmptyAnswerWithoutHeadersOnlySaysThatTheServiceHasTheMessage() throws Exception {
        worker.createDispatcher(message -> worker.publish(message.getReplyTo(), new byte[0]))
                .subscribe("quiet");
        worker.flush(PATIENCE);
        Link link = connector(to("quiet"), Deadlines.defaults()).open(caller("session-7", "k"));
        link.send(text("hello"));
        worker.publish(INBOX, "next".getBytes(UTF_8));
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
        worker.createDispatcher(message -> {
            Headers error = new Headers();
            error.put("Nats-Service-Error-Code", new String(message.getData(), UTF_8));
            error.put("Nats-Service-Error", "no");
            worker.publish(message.getReplyTo(), error, new byte[0]);
        }).subscribe("failing");
        worker.flush(PATIENCE);
        Link link = open(connector(to("failing"), Deadlines.defaults()));
        Map.of("400", Kind.REJECTED, "429", Kind.BUSY, "503", Kind.BUSY, "500", Kind.FAILED)
                .forEach((code, kind) -> assertThatFailure(() -> link.send(text(code)))
                        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind)));
    }

    @Test
    void aServiceThatDoesNotAnswerIsTimedOut() throws Exception {
        subscribe("hanging");
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
        Subscription orders = subscribe("orders");
        Map<String, Object> settings = to("orders");
        settings.put("mode", "publish");
        settings.put("ack", "accepted");
        Link link = connector(settings, Deadlines.defaults()).open(caller("session-7", "k"));
        link.send(text("hello"));
        assertThat(receive(link).asText()).isEqualTo("accepted");
        io.nats.client.Message got = orders.nextMessage(PATIENCE);
        worker.publish(header(got, "ce-weirreply"), "done".getBytes(UTF_8));
        assertThat(receive(link).asText()).isEqualTo("done");
    }

    @Test
    void aStreamStoresEachMessageOnceHoweverOftenItIsSent() throws Exception {
        stream("DOUBLES", "doubles");
        Link link = open(connector(toStream("doubles"), Deadlines.defaults()));
        Message message = text("once");
        link.send(message);
        link.send(message);
        assertThat(receive(link).asText()).isEqualTo("accepted");
        assertThat(worker.jetStreamManagement().getStreamInfo("DOUBLES").getStreamState()
                .getMsgCount()).isEqualTo(1);
    }

    @Test
    void aStreamThatIsFullFailsTheMessage() throws Exception {
        worker.jetStreamManagement().addStream(StreamConfiguration.builder().name("FULL")
                .subjects("full").maxMessages(1)
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
        Subscription orders = subscribe("orders");
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

    // Floods

    @Test
    void aFloodEndsTheLinkThatDoesNotTakeItAndNobodyElseNotices() throws Exception {
        Map<String, Object> settings = to("echo");
        settings.put("answers", 10 * 1024L);
        Connector connector = connector(settings, Deadlines.defaults());
        Link slow = connector.open(caller("session-7", "red"));
        Link other = connector.open(caller("other", "red"));
        byte[] kilobyte = new byte[1024];
        for (int i = 0; i < 200_000; i++) {
            worker.publish(INBOX, kilobyte);
            if (i % 20_000 == 0) {
                other.send(text("between"));
                assertThat(receive(other).asText()).isEqualTo("between");
            }
        }
        worker.flush(PATIENCE);
        other.send(text("after"));
        assertThat(receive(other).asText()).isEqualTo("after");
        for (int i = 0; i < 10; i++) {
            receive(slow);
        }
        assertThatFailure(slow::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.OVERFLOWED));
        assertThat(server.log()).doesNotContainIgnoringCase("slow consumer");
    }

    @Test
    void repliesThatHadToBeDroppedAreNamedToEveryClient() throws Exception {
        Map<String, Object> settings = to("echo");
        settings.put("pending-messages", 1);
        settings.put("answers", 1L << 30);
        Link link = connector(settings, Deadlines.defaults()).open(caller("session-7", "red"));
        CompletableFuture<Object> end = async(() -> {
            while (true) {
                link.receive();
            }
        });
        await().atMost(PATIENCE).until(() -> {
            for (int i = 0; i < 1_000; i++) {
                worker.publish(INBOX, new byte[0]);
                worker.publish(INBOX, "x".getBytes(UTF_8));
            }
            return end.isDone();
        });
        assertThatFailure(() -> get(end)).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.LOST));
    }

    // A server that is not well

    @Test
    void noStoredMessageIsLostWhenTheServerIsKilled() throws Exception {
        stream("KILLED", "killed");
        Deadlines deadlines = new Deadlines(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2));
        Map<String, Object> settings = toStream("killed");
        settings.remove("ack");
        Connector connector = connector(settings, deadlines);
        List<CompletableFuture<Outcome>> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Link link = connector.open(caller("session-" + i, "key"));
            senders.add(async(() -> sendUntilOneFails(link)));
        }
        await().atMost(PATIENCE).until(() -> worker.jetStreamManagement()
                .getStreamInfo("KILLED").getStreamState().getMsgCount() > 500);
        server.kill();
        Set<String> stored = new HashSet<>();
        Set<String> uncertain = new HashSet<>();
        for (CompletableFuture<Outcome> sender : senders) {
            Outcome outcome = get(sender);
            stored.addAll(outcome.stored);
            assertThat(outcome.failure.isFailureOfService()).isTrue();
            if (outcome.failure.mayHaveArrived()) {
                uncertain.add(outcome.failed);
            }
        }
        restart();
        Set<String> arrived = messageIdsOf("killed");
        assertThat(arrived).containsAll(stored);
        arrived.removeAll(stored);
        assertThat(uncertain).containsAll(arrived);
    }

    @Test
    void aReplyThatComesAfterTheServersRestartFindsTheClientThatWaited() throws Exception {
        Link link = connector().open(caller("session-7", "red"));
        server.kill();
        restart();
        CompletableFuture<Message> received = async(() -> (Message) link.receive());
        await().atMost(PATIENCE).until(() -> {
            worker.publish(INBOX, "late".getBytes(UTF_8));
            return received.isDone();
        });
        assertThat(get(received).asText()).isEqualTo("late");
    }

    @Test
    void whoGivesUpOnAFrozenServerBreaksNothingForTheOthers() throws Exception {
        Connector connector = connector(to("echo"), new Deadlines(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(1)));
        Link link = open(connector);
        server.freeze();
        try {
            Waiting interrupted = Waiting.in(() -> link.send(text("interrupted")));
            interrupted.interrupt();
            assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
            assertThatFailure(() -> link.send(text("late"))).satisfies(failure ->
                    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT));
        } finally {
            server.thaw();
        }
        link.send(text("after"));
        List<String> texts = new ArrayList<>();
        while (!texts.contains("after")) {
            texts.add(receive(link).asText());
        }
        assertThat(texts).containsExactly("interrupted", "late", "after");
    }

    @Test
    void itUsesNoPlatformThread() throws Exception {
        Set<String> before = platformThreads();
        Link link = open(connector());
        link.send(text("hello"));
        receive(link);
        Set<String> after = platformThreads();
        after.removeAll(before);
        assertThat(after).allMatch(name -> name.matches("ForkJoinPool.*|.*-Poller.*"));
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
        Path store = certificateOf("localhost", directory);
        System.setProperty("javax.net.ssl.trustStore", store.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "password");
        String tls = "tls { cert_file: \"%s\", key_file: \"%s\", timeout: 60 }"
                .formatted(directory.resolve("cert.pem"), directory.resolve("key.pem"));
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

    /** {@return a key store of it; its PEM files are beside} */
    private static Path certificateOf(String host, Path directory) throws Exception {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=test",
                "-ext", "san=dns:" + host, "-validity", "2", "-storepass", "password",
                "-keystore", store.toString()).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        char[] password = "password".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        Files.writeString(directory.resolve("cert.pem"),
                pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        Files.writeString(directory.resolve("key.pem"),
                pem("PRIVATE KEY", keys.getKey("server", password).getEncoded()));
        return store;
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + kind + "-----\n";
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

    private record Outcome(List<String> stored, String failed, LinkException failure) {}

    private static Outcome sendUntilOneFails(Link link) throws InterruptedException {
        List<String> stored = new ArrayList<>();
        while (true) {
            Message message = text("message " + stored.size());
            try {
                link.send(message);
                stored.add(message.id());
            } catch (LinkException e) {
                return new Outcome(stored, message.id(), e);
            }
        }
    }

    private Set<String> messageIdsOf(String subject) throws Exception {
        Set<String> ids = new HashSet<>();
        JetStreamSubscription all = worker.jetStream().subscribe(
                subject, PullSubscribeOptions.builder().durable("reader").build());
        while (true) {
            List<io.nats.client.Message> batch = all.fetch(500, Duration.ofSeconds(1));
            if (batch.isEmpty()) {
                return ids;
            }
            for (io.nats.client.Message message : batch) {
                ids.add(header(message, "ce-id"));
                message.ack();
            }
        }
    }

    private void stream(String name, String subject) throws Exception {
        worker.jetStreamManagement().addStream(StreamConfiguration.builder()
                .name(name).subjects(subject).storageType(StorageType.File).build());
    }

    private Subscription subscribe(String subject) throws Exception {
        Subscription subscription = worker.subscribe(subject);
        worker.flush(PATIENCE);
        return subscription;
    }

    private static Map<String, Object> to(String subject) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("url", "nats://127.0.0.1:" + server.port());
        settings.put("subject", subject);
        return settings;
    }

    private static Map<String, Object> toStream(String subject) {
        Map<String, Object> settings = to(subject);
        settings.put("mode", "jetstream");
        settings.put("ack", "accepted");
        return settings;
    }

    private static String header(io.nats.client.Message message, String name) {
        return String.valueOf(message.getHeaders().getFirst(name));
    }

    private static Set<String> platformThreads() {
        Set<String> names = new HashSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return names;
    }
}
