package dev.weir.e2e;

import static dev.weir.e2e.Pair.asReceived;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.e2e.Inbox.Closed;
import dev.weir.e2e.PeerKind.Match;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How the end of one side is told to the other, whoever the two are. */
@ExtendWith(Peers.Shared.class)
final class CloseTest {

    private static final List<Closed> LEGAL_ENDS = List.of(
            new Closed(1000, "bye"), new Closed(3001, ""), new Closed(4000, "bis später"));

    private static final int HASTY_VISITS = 50;

    private static WeirProcess weir;

    @BeforeAll
    static void startRelay() throws Exception {
        weir = WeirProcess.start();
    }

    @AfterAll
    static void stopRelay() throws Exception {
        weir.stop();
    }

    /** A match, and which side of it ends the connection. */
    record Ending(Match match, Side side) {

        static Stream<Ending> all() {
            return Match.everyPair().stream()
                    .flatMap(match -> Stream.of(Side.values())
                            .map(side -> new Ending(match, side)));
        }

        boolean endedBySomebodyWhoCan(Ability ability) {
            return side.of(match).can(ability);
        }

        @Override
        public String toString() {
            return match + ", ended by the " + side;
        }
    }

    static Stream<Ending> everyEnding() {
        return Ending.all();
    }

    static Stream<Ending> everyEndingWithoutACode() {
        return Ending.all().filter(end -> end.endedBySomebodyWhoCan(Ability.CLOSE_WITHOUT_CODE));
    }

    static Stream<Ending> everyLoss() {
        return Ending.all().filter(end -> end.endedBySomebodyWhoCan(Ability.ABORT));
    }

    @ParameterizedTest
    @MethodSource("everyEnding")
    void codeAndReasonReachTheOtherSide(Ending ending, Peers peers) throws Exception {
        for (var end : LEGAL_ENDS) {
            var pair = Pair.open(weir, peers, ending.match());
            ending.side().of(pair).close(end.code(), end.reason());
            assertThat(ending.side().other().of(pair).inbox().awaitClosed()).isEqualTo(end);
            assertThat(ending.side().of(pair).inbox().awaitClosed().code()).isEqualTo(end.code());
        }
    }

    @ParameterizedTest
    @MethodSource("everyEndingWithoutACode")
    void anEndWithoutACodeReachesTheOtherSideWithoutACode(Ending ending, Peers peers)
            throws Exception {
        var pair = Pair.open(weir, peers, ending.match());
        ending.side().of(pair).closeWithoutCode();
        assertThat(ending.side().other().of(pair).inbox().awaitClosed())
                .isEqualTo(Closed.WITHOUT_CODE);
        assertThat(ending.side().of(pair).inbox().awaitClosed().code())
                .isEqualTo(Closed.WITHOUT_CODE.code());
    }

    @ParameterizedTest
    @MethodSource("everyLoss")
    void aLostPeerIsNeverToldAsANormalEnd(Ending ending, Peers peers) throws Exception {
        var pair = Pair.open(weir, peers, ending.match());
        ending.side().of(pair).abort();
        assertThat(ending.side().other().of(pair).inbox().awaitClosed().code())
                .isEqualTo(ending.side().codeOfItsLoss());
    }

    /** Right after the handshake: the relay may not have begun to look after the pair yet. */
    @ParameterizedTest
    @EnumSource
    void whoSpeaksAndLeavesAtOnceIsHeard(Side side, Peers peers) throws Exception {
        // This peer takes orders ahead, and carries out the next without telling of the last.
        var hasty = peers.get(PeerKind.WEBSOCKETS);
        for (int i = 0; i < HASTY_VISITS; i++) {
            var key = Pair.newKey();
            var facing = Pair.connect(peers.get(PeerKind.JDK), weir, side.other().path(key));
            var visit = hasty.connect(weir.url(side.path(key)), List.of());
            visit.send(Message.text("hello and"));
            visit.close(4001, "goodbye");
            assertThat(facing.inbox().awaitClosed()).isEqualTo(new Closed(4001, "goodbye"));
            assertThat(facing.inbox().awaitMessages(1)).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("everyEnding")
    void whatWasSentBeforeTheEndArrivesBeforeIt(Ending ending, Peers peers) throws Exception {
        var lastWords = IntStream.range(0, 200).mapToObj(i -> Message.text("word " + i)).toList();
        var pair = Pair.open(weir, peers, ending.match());
        lastWords.forEach(ending.side().of(pair)::send);
        ending.side().of(pair).close(4001, "said it all");
        var inbox = ending.side().other().of(pair).inbox();
        assertThat(inbox.awaitClosed()).isEqualTo(new Closed(4001, "said it all"));
        assertThat(inbox.awaitMessages(lastWords.size())).isEqualTo(asReceived(lastWords));
    }
}
