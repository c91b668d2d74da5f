package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.weir.ScriptedConnector.Script;
import dev.weir.connectors.Message;
import dev.weir.ops.watch.Call;
import dev.weir.ops.watch.CallWatch;
import dev.weir.ops.watch.Culprit;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.LossWatch;
import dev.weir.ops.watch.Probe;
import dev.weir.pair.Side;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Each kind of trouble is made on purpose, and the relay names who is behind it. */
class FindingsTest {

    private static final String NO_DEADLINES = "write-deadline: 1h";
    private static final int CHUNK = 10_000;

    @RegisterExtension
    final RunningRelay weir = new RunningRelay()
            .node("watch: { interval: 50ms, stalled: 300ms, silent: 300ms, flood: 1s,"
                    + " stuck: 300ms, leak: 300ms, hold: 300ms, pinned: off,"
                    + " carrier-delay: 200ms, queue-memory: 10 }");

    /** {@return the open finding of that kind about that session, or null} */
    private @Nullable JsonNode found(String kind, String session) throws IOException {
        return StreamSupport.stream(
                        weir.admin("/findings").json().path("findings").spliterator(), false)
                .filter(finding -> finding.path("kind").asString().equals(kind))
                .filter(finding -> session.isEmpty()
                        || finding.path("culprit").path("session").asString("").equals(session))
                .findFirst()
                .orElse(null);
    }

    private JsonNode awaitFinding(String kind, String session) {
        return Objects.requireNonNull(
                soon().until(() -> found(kind, session), Objects::nonNull));
    }

    private void awaitEnd(String kind, String session) {
        soon().until(() -> found(kind, session) == null);
        soon().until(() -> StreamSupport.stream(
                        weir.admin("/findings").json().path("ended").spliterator(), false)
                .anyMatch(finding -> finding.path("kind").asString().equals(kind)));
    }

    private static List<String> stack(JsonNode finding) {
        return StreamSupport.stream(
                        finding.path("culprit").path("stack").spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    private static void flood(RawPeer peer) {
        peer.sending(() -> {
            for (int i = 0; ; i++) {
                peer.text(i + " " + "x".repeat(CHUNK));
            }
        });
    }

    @Test
    void withoutTroubleThereIsNothing() throws Exception {
        RawPeer client = weir.client("quiet");
        RawPeer worker = weir.worker("quiet");
        client.text("hello");
        assertThat(worker.text()).isEqualTo("hello");
        soon().until(() -> weir.admin("/findings").json().path("status").asString().equals("ok"));
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void whoReadsNothingIsTheCulpritOfAStalledPair(Side side) throws Exception {
        weir.route(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 1h }");
        RawPeer sender = weir.open("/" + side.label() + "/a");
        RawPeer slow = weir.dial("/" + side.other().label() + "/a").stalled().open();
        flood(sender);

        JsonNode finding = awaitFinding("stalled-pair", slow.id());

        assertThat(finding.path("culprit").path("side").asString())
                .isEqualTo(side.other().label());
        assertThat(finding.path("evidence").path("sender").asString()).isEqualTo(sender.id());
        assertThat(finding.path("evidence").path("queuedMessages").asInt()).isPositive();
        assertThat(finding.path("evidence").path("waitsFor").asString()).contains("socket");
        assertThat(stack(finding)).anyMatch(frame -> frame.contains("FrameWriter.await"));
        assertThat(found("stalled-pair", sender.id())).isNull();
        slow.read();
        awaitEnd("stalled-pair", slow.id());
    }

    /** Clients of a route whose service is that script. */
    private Script scripted(String... settings) {
        String script = UUID.randomUUID().toString();
        weir.node("connectors: [ { name: orders, type: scripted, script: " + script + " } ]")
                .serviceRoute("served", "/client/{key}", "orders", settings);
        return Script.of(script);
    }

    @Test
    void aClientThatDoesNotReadWhatComesFromAServiceIsTheCulprit() throws Exception {
        Script service = scripted(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 1h }");
        RawPeer slow = weir.dial("/client/a").stalled().open();
        soon().until(() -> !service.links.isEmpty());
        for (int i = 0; i < 1000; i++) {
            service.link().says(Message.text("x".repeat(CHUNK)));
        }

        JsonNode finding = awaitFinding("stalled-pair", slow.id());

        assertThat(finding.path("culprit").path("side").asString()).isEqualTo("client");
        assertThat(finding.path("summary").asString())
                .contains("client " + slow.id() + " has taken nothing")
                .contains("of connector orders wait for it");
        assertThat(stack(finding)).anyMatch(frame -> frame.contains("FrameWriter.await"));
        assertThat(finding.path("evidence").path("senderHeldUp").asBoolean()).isTrue();
        slow.read();
        awaitEnd("stalled-pair", slow.id());
    }

    @Test
    void aServiceThatTakesNothingIsTheCulpritThoughNoCallIsUnderWay() throws Exception {
        scripted("when-open: wait");
        RawPeer client = weir.client("a");
        client.text("before").text();
        force("open");
        client.text("an order");

        JsonNode finding = awaitFinding("stalled-pair", client.id());

        assertThat(finding.path("culprit").path("connector").asString()).isEqualTo("orders");
        assertThat(finding.path("culprit").path("route").asString()).isEqualTo("served");
        assertThat(finding.path("summary").asString())
                .contains("connector orders has taken nothing")
                .contains("1 messages (8 bytes) of client " + client.id());
        assertThat(finding.path("evidence").path("breaker").asString()).isEqualTo("forced-open");
        force("auto");
        assertThat(client.text()).isEqualTo("an order");
        awaitEnd("stalled-pair", client.id());
    }

    private void force(String what) throws IOException {
        assertThat(weir.admin("POST", "/connectors/orders/breaker?force=" + what).status())
                .isEqualTo(200);
    }

    @Test
    void whoSendsMoreThanIsTakenIsAnUnboundedSender() throws Exception {
        weir.route(NO_DEADLINES, "queue: { bytes: 128KiB, when-full: drop-oldest }");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.dial("/worker/a").stalled().open();
        flood(client);
        soon().until(() -> weir.shown(client).path("queue").path("dropped").asInt() > 0);
        worker.read(); // and is slower than the client, for it looks at every byte
        JsonNode finding = awaitFinding("unbounded-sender", client.id());
        assertThat(finding.path("culprit").path("side").asString()).isEqualTo("client");
        assertThat(finding.path("evidence").path("receiver").asString()).isEqualTo(worker.id());
    }

    @Test
    void aPeerThatAnswersNoPingIsHalfOpen() throws Exception {
        weir.node("heartbeat: { ping: 10s, pong: 5s }");
        RawPeer mute = weir.dial("/client/a").silent().open();
        RawPeer lively = weir.client("b");
        JsonNode finding = awaitFinding("half-open-peer", mute.id());
        assertThat(finding.path("evidence").path("address").asString()).startsWith("127.0.0.1:");
        assertThat(found("half-open-peer", lively.id())).isNull();
        mute.close();
        awaitEnd("half-open-peer", mute.id());
    }

    /** A log appender is a hook that everybody has, and the classic one to block. */
    @Test
    void aThreadThatIsStuckInACallIsShownWithItsStack() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        UnsynchronizedAppenderBase<ILoggingEvent> stuck = new UnsynchronizedAppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                blockHere(event, release);
            }
        };
        Logger logger = (Logger) LoggerFactory.getLogger("dev.weir.session.Session");
        stuck.start();
        logger.addAppender(stuck);
        logger.setLevel(Level.DEBUG);
        try {
            RawPeer client = weir.client("stuck");
            JsonNode finding = awaitFinding("stuck-call", client.id());
            assertThat(stack(finding)).anyMatch(frame -> frame.contains("blockHere"));
            RawPeer other = weir.client("other");
            weir.worker("other").text("others go on");
            assertThat(other.text()).isEqualTo("others go on");
            release.countDown();
            awaitEnd("stuck-call", client.id());
        } finally {
            release.countDown();
            logger.setLevel(null);
            logger.detachAppender(stuck);
        }
    }

    private static void blockHere(ILoggingEvent event, CountDownLatch release) {
        if (event.getMessage().equals("session opened")
                && event.getKeyValuePairs().stream()
                        .anyMatch(pair -> "stuck".equals(pair.value))) {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As a connector's guard will register its calls. */
    @Test
    void aWorkerServiceThatHangsIsNamedWithTheCallThatWaitsForIt() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket call = new Socket(service.getInetAddress(), service.getLocalPort())) {
            long since = System.nanoTime();
            Thread calling = Thread.ofVirtual().name("call-1").start(() -> readAnswer(call));
            Probe probe = new CallWatch(
                    Kind.CONNECTOR_STUCK,
                    Duration.ofMillis(300),
                    () -> calling.isAlive()
                            ? List.of(new Call(
                                    "connector orders",
                                    "waits for http://orders.internal/",
                                    System.nanoTime() - since,
                                    calling,
                                    Culprit.connector("orders", "s1")))
                            : List.of());
            weir.relay().watch().add(probe);

            JsonNode finding = awaitFinding("connector-stuck", "");

            assertThat(finding.path("culprit").path("connector").asString()).isEqualTo("orders");
            assertThat(finding.path("culprit").path("thread").asString()).isEqualTo("call-1");
            assertThat(stack(finding)).anyMatch(frame -> frame.contains("readAnswer"));
            call.shutdownInput();
            awaitEnd("connector-stuck", "");
        }
    }

    @Test
    void anHttpServiceThatDoesNotAnswerIsNamedWithTheSessionThatWaits() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            weir.served("connector: { type: http, url: 'http://127.0.0.1:"
                    + service.getLocalPort() + "/' }");
            RawPeer client = weir.client("a");
            client.text("an order");

            JsonNode finding = awaitFinding("connector-stuck", client.id());

            assertThat(finding.path("culprit").path("connector").asString()).isNotEmpty();
            assertThat(finding.path("summary").asString())
                    .contains("has not returned from send for session " + client.id());
            assertThat(stack(finding)).anyMatch(frame -> frame.contains("HttpC"));
        }
    }

    private static void readAnswer(Socket call) {
        try (InputStream in = call.getInputStream()) {
            assertThat(in.read()).isNegative();
        } catch (IOException e) {
            assertThat(call.isClosed()).isTrue();
        }
    }

    @Test
    void lossesAreFoundForAsLongAsMoreIsLost() throws Exception {
        AtomicLong lost = new AtomicLong();
        AtomicBoolean losing = new AtomicBoolean(true);
        weir.relay().watch().add(new LossWatch(
                Kind.TELEMETRY_LOSS, "spans",
                () -> losing.get() ? lost.incrementAndGet() : lost.get(), () -> "timeout"));
        JsonNode finding = awaitFinding("telemetry-loss", "");
        assertThat(finding.path("summary").asString()).endsWith("lost so far: timeout");
        losing.set(false);
        awaitEnd("telemetry-loss", "");
    }

    @Test
    void queueMemoryNearItsEndNamesWhoDoesNotTake() throws Exception {
        weir.node("limits: { queued-bytes: 1MiB }")
                .route(NO_DEADLINES, "queue: { bytes: 512KiB, stall: 1h }");
        RawPeer client = weir.client("a");
        RawPeer slow = weir.dial("/worker/a").stalled().open();
        flood(client);
        JsonNode finding = awaitFinding("queue-memory", slow.id());
        assertThat(finding.path("evidence").path("limit").asLong()).isEqualTo(1 << 20);
    }

    @Test
    void aProbeThatFailsKeepsNoOtherFromItsTurn() throws Exception {
        weir.route("queue: { messages: 77 }"); // a relay that no other test has
        weir.relay().watch().add(() -> {
            throw new IllegalStateException("a probe with a bug");
        });
        AtomicLong lost = new AtomicLong();
        weir.relay().watch().add(
                new LossWatch(Kind.LOG_LOSS, "lines", lost::incrementAndGet, () -> ""));
        awaitFinding("log-loss", "");
    }
}
