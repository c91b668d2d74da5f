package dev.weir.e2e;

import static dev.weir.e2e.Pair.asReceived;
import static dev.weir.e2e.Pair.deliver;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.e2e.Inbox.Refused;
import dev.weir.e2e.PeerKind.Match;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The orderly end, asked for with a signal. */
@ExtendWith(Peers.Shared.class)
final class DrainTest {

    private static final Match SCRIPTED = new Match(PeerKind.WS, PeerKind.WEBSOCKETS);
    private static final String PATIENT = "drain: { deadline: 10m, jitter: 0s }";

    @ParameterizedTest
    @EnumSource(names = {"TERM", "INT"})
    void aLivePairFinishesBeforeTheRelayLeaves(Signal signal, Peers peers) throws Exception {
        try (var weir = WeirProcess.start(PATIENT)) {
            var pair = openAndGreet(weir, peers, SCRIPTED);
            weir.signal(signal);
            awaitDraining(weir);

            var rest = Message.text("what was left to say");
            pair.client().send(rest);
            pair.worker().send(rest);
            assertThat(pair.worker().inbox().awaitMessages(2)).last().isEqualTo(rest.asReceived());
            assertThat(pair.client().inbox().awaitMessages(1)).last().isEqualTo(rest.asReceived());
            assertThat(weir.isAlive()).isTrue();

            pair.close();
            assertThat(weir.awaitExit()).isZero();
        }
    }

    @Test
    void aDrainingRelayTakesNobodyNew(Peers peers) throws Exception {
        try (var weir = WeirProcess.start(PATIENT)) {
            try (var _ = openAndGreet(weir, peers, SCRIPTED)) {
                weir.signal(Signal.TERM);
                awaitDraining(weir);
                assertThat(weir.admin().get("/livez").status()).isEqualTo(200);
                for (var side : Side.values()) {
                    var late = peers.get(PeerKind.WS)
                            .connect(weir.url(side.path(Pair.newKey())), List.of());
                    assertThat(late.inbox().awaitHandshake()).isEqualTo(new Refused(503));
                }
            }
            assertThat(weir.awaitExit()).isZero();
        }
    }

    @Test
    void pairsThatDoNotFinishAreToldToComeBack(Peers peers) throws Exception {
        try (var weir = WeirProcess.start("drain: { deadline: 1s, jitter: 500ms }")) {
            var pairs = new ArrayList<Pair>();
            for (var match : Match.ring()) {
                pairs.add(openAndGreet(weir, peers, match));
            }
            weir.signal(Signal.TERM);
            for (var pair : pairs) {
                assertThat(pair.client().inbox().awaitClosed().code()).isEqualTo(1012);
                assertThat(pair.worker().inbox().awaitClosed().code()).isEqualTo(1012);
            }
            assertThat(weir.awaitExit()).isZero();
        }
    }

    @Test
    void aSecondSignalEndsAtOnce(Peers peers) throws Exception {
        try (var weir = WeirProcess.start(PATIENT)) {
            var pair = openAndGreet(weir, peers, SCRIPTED);
            weir.signal(Signal.TERM);
            awaitDraining(weir);
            weir.signal(Signal.TERM);
            assertThat(weir.awaitExit()).as("128 and the number of the signal").isEqualTo(143);
            pair.client().inbox().awaitClosed();
            pair.worker().inbox().awaitClosed();
        }
    }

    /** A pair through which something has passed: who only waits is not waited for. */
    private static Pair openAndGreet(WeirProcess weir, Peers peers, Match match)
            throws InterruptedException {
        var pair = Pair.open(weir, peers, match);
        var greeting = List.of(Message.text("hello"));
        assertThat(deliver(pair.client(), pair.worker(), greeting))
                .isEqualTo(asReceived(greeting));
        return pair;
    }

    private static void awaitDraining(WeirProcess weir) {
        await().atMost(Inbox.DEADLINE).untilAsserted(() ->
                assertThat(weir.admin().get("/readyz").status()).isEqualTo(503));
    }
}
