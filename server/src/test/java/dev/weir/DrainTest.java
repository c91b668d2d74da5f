package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The orderly end of a relay, and the one at once. */
class DrainTest {

    private static final String RESTARTING = "1012 server is restarting";

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private CompletableFuture<Void> drain() {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Relay relay = weir.relay();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                relay.drain();
                over.complete(null);
            } catch (InterruptedException e) {
                over.completeExceptionally(e);
            }
        });
        return over;
    }

    @Test
    void whoWaitsIsToldAtOnceAndNewcomersAreRefusedWhileAPairFinishes() throws Exception {
        weir.node("drain: { deadline: 1h }").route("wait: 1h");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("hello");
        assertThat(worker.text()).isEqualTo("hello");
        RawPeer waitingClient = weir.client("b");
        RawPeer waitingWorker = weir.worker("c");
        CompletableFuture<Void> over = drain();
        assertThat(waitingClient.end()).isEqualTo(RESTARTING);
        assertThat(waitingWorker.end()).isEqualTo(RESTARTING);
        HttpAnswer answer = weir.dial("/client/d").answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isNotEmpty();
        assertThat(weir.admin("/readyz").status()).isEqualTo(503);
        assertThat(weir.admin("/livez").status()).isEqualTo(200);
        worker.text("take your time");
        assertThat(client.text()).isEqualTo("take your time");
        assertThat(over).isNotDone();
        client.close(1000, "done");
        assertThat(worker.end()).isEqualTo("1000 done");
        assertThat(over).succeedsWithin(RawPeer.PATIENCE);
    }

    @Test
    void itIsNotReadyForTheReadyDelayBeforeItRefusesAnybody() throws Exception {
        weir.node("drain: { ready-delay: 1h }");
        CompletableFuture<Void> over = drain();
        soon().until(() -> weir.admin("/readyz").status() == 503);
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("I was on my way");
        assertThat(worker.text()).isEqualTo("I was on my way");
        weir.relay().close();
        assertThat(over).succeedsWithin(RawPeer.PATIENCE);
        client.endAfter(message -> {});
        worker.endAfter(message -> {});
    }

    @Test
    void pairsThatDoNotFinishAreToldToComeBack() throws Exception {
        weir.node("drain: { deadline: 100ms, jitter: 100ms }");
        RawPeer[] peers = new RawPeer[20];
        for (int i = 0; i < peers.length; i += 2) {
            peers[i] = weir.client("key" + i);
            peers[i + 1] = weir.worker("key" + i);
        }
        CompletableFuture<Void> over = drain();
        for (RawPeer peer : peers) {
            assertThat(peer.end()).isEqualTo(RESTARTING);
        }
        assertThat(over).succeedsWithin(RawPeer.PATIENCE);
        for (RawPeer peer : peers) {
            assertThat(weir.endOf(peer)).isEqualTo("drain");
        }
    }

    @Test
    void whatIsQueuedIsDeliveredBeforeTheEnd() throws Exception {
        weir.node("drain: { deadline: 0s, jitter: 0s }");
        RawPeer client = weir.client("a");
        RawPeer slow = weir.dial("/worker/a").stalled().open();
        client.sending(() -> {
            for (int i = 0; i < 100; i++) {
                client.text(i + "x".repeat(10_000));
            }
        });
        soon().until(() ->
                weir.shown(client).path("received").path("messages").asInt() == 100);
        CompletableFuture<Void> over = drain();
        slow.read();
        for (int i = 0; i < 100; i++) {
            assertThat(slow.text()).isEqualTo(i + "x".repeat(10_000));
        }
        assertThat(slow.end()).isEqualTo(RESTARTING);
        assertThat(client.end()).isEqualTo(RESTARTING);
        assertThat(over).succeedsWithin(RawPeer.PATIENCE);
    }

    @Test
    void aPeerThatDoesNotReadDoesNotHoldUpTheEnd() throws Exception {
        weir.node("drain: { deadline: 0s, jitter: 0s }",
                        "listen: { host: 127.0.0.1, port: 0, close-deadline: 200ms }")
                .route("write-deadline: 300ms", "queue: { stall: 1h }");
        RawPeer client = weir.client("a");
        weir.dial("/worker/a").stalled().open();
        client.sending(() -> {
            while (true) {
                client.text("x".repeat(10_000));
            }
        });
        soon().until(() -> weir.blocked(client));
        assertThat(drain()).succeedsWithin(RawPeer.PATIENCE);
        assertThat(weir.relay().liveSessions()).isZero();
    }

    @Test
    void aPairWhosePartnersLeaveEachOtherDuringTheDrainEndsWholly() throws Exception {
        weir.node("drain: { deadline: 1h }").route("on-worker-lost: wait", "on-client-gone: keep");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("hello");
        assertThat(worker.text()).isEqualTo("hello");
        CompletableFuture<Void> over = drain();
        worker.reset();
        assertThat(client.end()).isEqualTo(RESTARTING);
        assertThat(over).succeedsWithin(RawPeer.PATIENCE);
    }

    @Test
    void closingCutsADrainShort() throws Exception {
        weir.node("drain: { deadline: 1h }");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("hello");
        assertThat(worker.text()).isEqualTo("hello");
        CompletableFuture<Void> over = drain();
        soon().until(() -> weir.admin("/readyz").status() == 503);
        weir.relay().close();
        assertThat(over).succeedsWithin(RawPeer.PATIENCE);
        client.endAfter(message -> {});
        worker.endAfter(message -> {});
    }

    @Test
    void closingAtOnceLeavesNothing() throws Exception {
        RawPeer client = weir.client("a");
        weir.worker("a");
        weir.client("b").text("queued").roundTrip();
        weir.relay().close();
        client.endAfter(message -> {});
        soon().until(() -> weir.relay().liveSessions() == 0);
    }
}
