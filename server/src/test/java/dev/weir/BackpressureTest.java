package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.weir.pair.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** A peer that does not take its messages holds up its own pair, and nobody and nothing else. */
class BackpressureTest {

    private static final String PATIENT_CLOSE =
            "listen: { host: 127.0.0.1, port: 0, close-deadline: 1m }";
    private static final String HASTY_CLOSE =
            "listen: { host: 127.0.0.1, port: 0, close-deadline: 200ms }";
    private static final String NO_DEADLINES = "write-deadline: 1h";
    private static final int CHUNK = 10_000;

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    @CanIgnoreReturnValue
    private static CompletableFuture<Void> flood(RawPeer peer, int messages) {
        return peer.sending(() -> {
            for (int i = 0; i < messages; i++) {
                peer.text(i + " " + "x".repeat(CHUNK));
            }
        });
    }

    @CanIgnoreReturnValue
    private static CompletableFuture<Void> floodForEver(RawPeer peer) {
        return flood(peer, Integer.MAX_VALUE);
    }

    private static int number(String text) {
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }

    private RawPeer sender(Side side) throws IOException {
        return weir.open("/" + side.label() + "/a");
    }

    private RawPeer stalledPartner(Side side) throws IOException {
        return weir.dial("/" + side.other().label() + "/a").stalled().open();
    }

    private JsonNode queue(RawPeer peer) throws IOException {
        return weir.shown(peer).path("queue");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aFullQueueHoldsUpTheSenderAndLosesNothing(Side side) throws Exception {
        weir.route(NO_DEADLINES,
                "queue: { messages: 100, bytes: 128KiB, stall: 1h }");
        RawPeer sender = sender(side);
        RawPeer slow = stalledPartner(side);
        CompletableFuture<Void> sent = flood(sender, 2000);
        soon().until(() -> weir.blocked(sender));
        assertThat(sent).isNotDone();
        assertThat(queue(sender).path("highWaterBytes").asLong()).isLessThanOrEqualTo(128 * 1024);
        assertThat(queue(sender).path("highWaterMessages").asInt()).isLessThanOrEqualTo(100);
        slow.read();
        for (int i = 0; i < 2000; i++) {
            assertThat(number(slow.text())).isEqualTo(i);
        }
        assertThat(sent).succeedsWithin(RawPeer.PATIENCE);
    }

    @Test
    void aQueueIsFullOfMessagesThoughTheyAreSmall() throws Exception {
        weir.route("queue: { messages: 10, bytes: 1MiB, stall: 1h }");
        RawPeer client = weir.client("a");
        for (int i = 0; i < 20; i++) {
            client.text(String.valueOf(i));
        }
        soon().until(() -> weir.blocked(client));
        assertThat(queue(client).path("messages").asInt()).isEqualTo(10);
        RawPeer worker = weir.worker("a");
        for (int i = 0; i < 20; i++) {
            assertThat(worker.text()).isEqualTo(String.valueOf(i));
        }
    }

    @Test
    void aLargeMessageToAPeerThatDoesNotReadNeedsOnlyAQueueOfMemory() throws Exception {
        weir.route(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 1h }");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.dial("/worker/a").stalled().open();
        CompletableFuture<Void> sent = client.sending(() -> client.binary(new byte[20_000_000]));
        soon().until(() -> weir.blocked(client));
        assertThat(weir.relay().queuedBytes()).isLessThan(1 << 20);
        worker.read();
        assertThat(worker.binary()).hasSize(20_000_000);
        assertThat(sent).succeedsWithin(RawPeer.PATIENCE);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void whoTakesNothingForTheStallDeadlineIsClosedWith1013(Side side) throws Exception {
        weir.node(HASTY_CLOSE)
                .route(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 300ms }");
        RawPeer sender = sender(side);
        RawPeer slow = stalledPartner(side);
        floodForEver(sender);
        assertThat(sender.end()).isEqualTo(toldOf(side.other()));
        assertThat(weir.endOf(slow)).isEqualTo("stalled");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void whoTakesNothingForTheWriteDeadlineIsClosedWith1013(Side side) throws Exception {
        weir.node(HASTY_CLOSE).route("write-deadline: 300ms",
                "queue: { bytes: 128KiB, stall: 1h }");
        RawPeer sender = sender(side);
        RawPeer slow = stalledPartner(side);
        floodForEver(sender);
        assertThat(sender.end()).isEqualTo(toldOf(side.other()));
        assertThat(weir.endOf(slow)).isEqualTo("slow-consumer");
    }

    @Test
    void aSlowConsumerThatReadsAgainLearnsWhyItWasClosed() throws Exception {
        weir.node(PATIENT_CLOSE)
                .route("write-deadline: 200ms", "queue: { bytes: 128KiB, stall: 1h }");
        RawPeer worker = weir.worker("a");
        RawPeer slow = weir.dial("/client/a").stalled().open();
        floodForEver(worker);
        assertThat(worker.end()).isEqualTo("1001 the other side went away");
        slow.read();
        assertThat(slow.endAfter(message -> {})).isEqualTo("1013 too slow to take its messages");
    }

    @Test
    void aConsumerThatTakesLittleButSteadilyIsNotClosed() throws Exception {
        weir.route("write-deadline: 10s",
                "queue: { bytes: 128KiB, stall: 10s }");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        CompletableFuture<Void> sent = flood(client, 300);
        for (int i = 0; i < 300; i++) {
            assertThat(number(worker.text())).isEqualTo(i);
        }
        assertThat(sent).succeedsWithin(RawPeer.PATIENCE);
    }

    @Test
    void whenFullCloseEndsTheSlowSideAtOnce() throws Exception {
        weir.node(PATIENT_CLOSE)
                .route(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 1h, when-full: close }");
        RawPeer client = weir.client("a");
        RawPeer slow = weir.dial("/worker/a").stalled().open();
        soon().until(() -> weir.shown(client).path("phase").asString().equals("paired"));
        floodForEver(client);
        assertThat(client.end()).isEqualTo("1014 the worker failed");
        slow.read();
        assertThat(slow.endAfter(message -> {})).isEqualTo("1013 queue is full");
        assertThat(weir.endOf(slow)).isEqualTo("queue-full");
    }

    @Test
    void aWaitingClientWhoseQueueIsFullIsClosedItself() throws Exception {
        weir.route("queue: { messages: 3, stall: 200ms }");
        RawPeer client = weir.client("a");
        client.text("1").text("2").text("3").text("4");
        assertThat(client.end()).isEqualTo("1013 queue stayed full for too long");
    }

    @Test
    void dropOldestKeepsTheNewestMessages() throws Exception {
        weir.route("queue: { messages: 3, stall: 1h, when-full: drop-oldest }");
        RawPeer client = weir.client("a");
        for (int i = 0; i < 10; i++) {
            client.text(String.valueOf(i));
        }
        client.roundTrip();
        assertThat(queue(client).path("dropped").asInt()).isEqualTo(7);
        RawPeer worker = weir.worker("a");
        for (int i = 7; i < 10; i++) {
            assertThat(worker.text()).isEqualTo(String.valueOf(i));
        }
        client.text("and on");
        assertThat(worker.text()).isEqualTo("and on");
    }

    @Test
    void dropNewestKeepsTheOldestMessages() throws Exception {
        weir.route("queue: { messages: 3, stall: 1h, when-full: drop-newest }");
        RawPeer client = weir.client("a");
        for (int i = 0; i < 10; i++) {
            client.text(String.valueOf(i));
        }
        client.roundTrip();
        assertThat(queue(client).path("dropped").asInt()).isEqualTo(7);
        RawPeer worker = weir.worker("a");
        for (int i = 0; i < 3; i++) {
            assertThat(worker.text()).isEqualTo(String.valueOf(i));
        }
        client.text("and on");
        assertThat(worker.text()).isEqualTo("and on");
    }

    @Test
    void aDroppedMessageIsDroppedWholeHoweverItIsCut() throws Exception {
        weir.route("queue: { messages: 2, stall: 1h, when-full: drop-newest }",
                "message: { cut-through: 1KiB }");
        RawPeer client = weir.client("a");
        client.text("1").text("2").part(false, Frame.TEXT, "x".repeat(2000)).roundTrip();
        RawPeer worker = weir.worker("a");
        assertThat(worker.text()).isEqualTo("1");
        assertThat(worker.text()).isEqualTo("2");
        client.part(false, Frame.CONTINUATION, "y".repeat(2000))
                .part(true, Frame.CONTINUATION, "z").text("next");
        assertThat(worker.text()).isEqualTo("next");
    }

    @Test
    void twoThatWriteWithoutReadingAreEndedByTheStallDeadline() throws Exception {
        weir.node(HASTY_CLOSE)
                .route("write-deadline: 2s", "queue: { bytes: 128KiB, stall: 300ms }");
        RawPeer client = weir.dial("/client/a").stalled().open();
        RawPeer worker = weir.dial("/worker/a").stalled().open();
        floodForEver(client);
        floodForEver(worker);
        assertThat(List.of(weir.endOf(client), weir.endOf(worker))).contains("stalled");
    }

    @Test
    void aStalledPairHoldsUpNoOther() throws Exception {
        weir.route(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 1h }");
        List<RawPeer> stuck = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            RawPeer sender = weir.client("stuck" + i);
            weir.dial("/worker/stuck" + i).stalled().open();
            floodForEver(sender);
            stuck.add(sender);
        }
        for (RawPeer sender : stuck) {
            soon().until(() -> weir.blocked(sender));
        }
        RawPeer client = weir.client("free");
        RawPeer worker = weir.worker("free");
        for (int i = 0; i < 200; i++) {
            client.text("ping " + i);
            assertThat(worker.text()).isEqualTo("ping " + i);
            worker.text("pong " + i);
            assertThat(client.text()).isEqualTo("pong " + i);
        }
    }

    @Test
    void aDirectionThatIsStuckDoesNotHoldUpTheOther() throws Exception {
        weir.route(NO_DEADLINES, "queue: { bytes: 128KiB, stall: 1h }");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.dial("/worker/a").stalled().open();
        floodForEver(client);
        soon().until(() -> weir.blocked(client));
        for (int i = 0; i < 100; i++) {
            worker.text("still talking " + i);
            assertThat(client.text()).isEqualTo("still talking " + i);
        }
    }

    @Test
    void peersThatFloodAfterTheirEndKeepNobodyFromRunning() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, close-deadline: 1h }");
        for (int i = 0; i < 6; i++) {
            RawPeer flooder = weir.dial("/client/bad" + i).silent().open();
            flooder.send(Frame.of(true, Frame.TEXT, new byte[] {(byte) 0xff}));
            byte[] many = manyFrames();
            flooder.sending(() -> {
                while (true) {
                    flooder.send(many);
                }
            });
        }
        RawPeer client = weir.client("good");
        RawPeer worker = weir.worker("good");
        for (int i = 0; i < 50; i++) {
            client.text("word " + i);
            assertThat(worker.text()).isEqualTo("word " + i);
        }
    }

    private static byte[] manyFrames() {
        byte[] one = Frame.text("x").masked();
        byte[] many = new byte[one.length * 5000];
        IntStream.range(0, 5000)
                .forEach(i -> System.arraycopy(one, 0, many, i * one.length, one.length));
        return many;
    }

    @Test
    void aFloodOfPingsFromOneThatDoesNotReadNeedsNoMemoryAndKeepsItsMessages() throws Exception {
        weir.node("heartbeat: { ping: off }"); // who does not read does not answer pings
        RawPeer worker = weir.worker("a");
        RawPeer flooder = weir.dial("/client/a").stalled().open();
        CompletableFuture<Void> flood = flooder.sending(() -> {
            for (int i = 0; i < 100_000; i++) {
                flooder.ping("payload of many bytes " + i);
            }
            flooder.text("after the flood");
        });
        assertThat(worker.text()).isEqualTo("after the flood");
        assertThat(flood).succeedsWithin(RawPeer.PATIENCE);
        assertThat(weir.relay().queuedBytes()).isLessThan(1 << 20);
        flooder.read();
        String last = flooder.pong();
        while (!last.endsWith(" 99999")) {
            last = flooder.pong();
        }
    }

    // The memory of the whole process.

    private static final String BUDGET = "limits: { queued-bytes: 1MiB }";

    @Test
    void theWorstOffenderGoesWhenTheMemoryForQueuesIsSpent() throws Exception {
        weir.node(BUDGET, HASTY_CLOSE).route(NO_DEADLINES, "queue: { messages: 100, bytes: 1MiB, stall: 1h }");
        RawPeer modest = weir.client("modest");
        modest.text("not much").roundTrip();
        RawPeer worst = weir.client("worst");
        worst.sending(() -> {
            while (true) {
                worst.binary(new byte[60_000]);
            }
        });
        assertThat(worst.end()).isEqualTo("1013 server is out of queue memory");
        assertThat(weir.endOf(worst)).isEqualTo("out-of-memory");
        assertThat(weir.worker("modest").text()).isEqualTo("not much");
        soon().until(() -> weir.dial("/client/new").answer().status() == 101);
    }

    @Test
    void theOneWhoTakesNothingGoesNotTheOneWhoSends() throws Exception {
        weir.node(BUDGET, HASTY_CLOSE).route(NO_DEADLINES, "queue: { messages: 100, bytes: 1MiB, stall: 1h }");
        RawPeer client = weir.client("a");
        RawPeer slow = weir.dial("/worker/a").stalled().open();
        client.sending(() -> {
            while (true) {
                client.binary(new byte[60_000]);
            }
        });
        assertThat(client.end()).isEqualTo("1014 the worker failed");
        assertThat(weir.endOf(slow)).isEqualTo("out-of-memory");
    }

    @Test
    void manySmallFragmentsDoNotTakeMoreMemoryThanTheyHaveBytes() throws Exception {
        weir.route("queue: { messages: 100, bytes: 128KiB, stall: 1h }",
                "message: { cut-through: 1KiB }");
        RawPeer client = weir.client("a");
        client.part(false, Frame.TEXT, "x".repeat(2000));
        client.sending(() -> {
            for (int i = 0; i < 10_000; i++) {
                client.part(false, Frame.CONTINUATION, "sixteen bytes...");
            }
            client.part(true, Frame.CONTINUATION, "end");
        });
        soon().until(() -> weir.blocked(client));
        assertThat(weir.relay().queuedBytes()).isLessThan(1 << 20);
        assertThat(weir.worker("a").text()).hasSize(2000 + 160_000 + 3).endsWith("...end");
    }

    @Test
    void aHalfMessageWithoutAPartnerIsForgottenWithItsSender() throws Exception {
        RawPeer client = weir.client("a");
        client.part(false, Frame.TEXT, "half").roundTrip();
        assertThat(weir.relay().queuedBytes()).isPositive();
        client.reset();
        soon().until(() -> weir.relay().queuedBytes() == 0);
    }

    @Test
    void emptyFragmentsLeaveNoMemoryHeld() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "").part(true, Frame.CONTINUATION, "hello");
        assertThat(worker.text()).isEqualTo("hello");
        soon().until(() -> weir.relay().queuedBytes() == 0);
    }

    private static String toldOf(Side ended) {
        return ended == Side.CLIENT ? "1001 the other side went away" : "1014 the worker failed";
    }
}
