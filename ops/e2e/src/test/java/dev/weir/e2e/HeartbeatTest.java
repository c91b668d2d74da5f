package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.e2e.PeerKind.Match;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pings in both directions, and what happens to those who stop answering them. */
@ExtendWith(Peers.Shared.class)
final class HeartbeatTest {

    private static WeirProcess weir;

    @BeforeAll
    static void startRelay() throws Exception {
        weir = WeirProcess.start("heartbeat: { ping: 2s, pong: 1900ms }");
    }

    @AfterAll
    static void stopRelay() throws Exception {
        weir.stop();
    }

    static Stream<PeerKind> kindsThatPing() {
        return PeerKind.ableTo(Ability.PING);
    }

    static List<Match> ring() {
        return Match.ring();
    }

    @ParameterizedTest
    @MethodSource("kindsThatPing")
    void aPingIsAnsweredWithItsOwnData(PeerKind kind, Peers peers) throws Exception {
        try (var pair = Pair.open(weir, peers, new Match(kind, kind))) {
            pair.client().ping("from the client");
            pair.worker().ping("from the worker");
            assertThat(pair.client().inbox().awaitPong()).isEqualTo("from the client");
            assertThat(pair.worker().inbox().awaitPong()).isEqualTo("from the worker");
        }
    }

    @ParameterizedTest
    @MethodSource("ring")
    void theRoundTripToEveryPeerIsMeasured(Match match, Peers peers) throws Exception {
        try (var pair = Pair.open(weir, peers, match)) {
            for (var side : Side.values()) {
                await().atMost(Inbox.DEADLINE).untilAsserted(() -> {
                    var roundTrip = weir.admin().session(side, pair.key()).get("rttMicros");
                    assertThat(roundTrip.isNumber()).as("%s: %s", side, roundTrip).isTrue();
                });
            }
            assertThat(pair.client().inbox().isClosed()).isFalse();
            assertThat(pair.worker().inbox().isClosed()).isFalse();
        }
    }

    /** A stopped process keeps its socket open and says nothing: it is gone, without a FIN. */
    @ParameterizedTest
    @EnumSource
    void aFrozenProcessIsFoundOut(Side side, Peers peers) throws Exception {
        var key = Pair.newKey();
        var witness = Pair.connect(peers.get(PeerKind.JDK), weir, side.other().path(key));
        try (var peer = peers.another(PeerKind.WS)) {
            Pair.connect(peer, weir, side.path(key));
            peer.freeze();
            assertThat(witness.inbox().awaitClosed().code()).isEqualTo(side.codeOfItsLoss());
            await().atMost(Inbox.DEADLINE)
                    .untilAsserted(() -> assertThat(weir.admin().sessionsOf(key)).isEmpty());
        }
    }
}
