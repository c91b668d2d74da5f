package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pair.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a peer lives is found out by pings, and a dead one ends. */
class HeartbeatTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay().node("heartbeat: { ping: 200ms, pong: 150ms }");

    @ParameterizedTest
    @EnumSource(Side.class)
    void aHalfOpenPeerIsFoundAndTheOtherSideToldThatItIsGone(Side side) throws Exception {
        RawPeer mute = weir.dial("/" + side.label() + "/a").silent().open();
        RawPeer other = weir.open("/" + side.other().label() + "/a");
        assertThat(other.end()).isEqualTo(side == Side.CLIENT
                ? "1001 the other side went away"
                : "1014 the worker failed");
        assertThat(weir.endOf(mute)).isEqualTo("no-pong");
        assertThat(mute.end()).isIn("FIN", "RST");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void oneThatWaitsForAPartnerIsFoundDeadToo(Side side) throws Exception {
        RawPeer mute = weir.dial("/" + side.label() + "/a").silent().open();
        assertThat(weir.endOf(mute)).isEqualTo("no-pong");
        RawPeer fresh = weir.open("/" + side.label() + "/a");
        RawPeer other = weir.open("/" + side.other().label() + "/a");
        other.text("hello");
        assertThat(fresh.text()).isEqualTo("hello");
    }

    @Test
    void whoAnswersLivesAndItsRoundTripIsMeasured() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer dead = weir.dial("/client/dead").silent().open();
        assertThat(weir.endOf(dead)).isEqualTo("no-pong"); // so the time of the other is over too
        soon().until(() -> weir.shown(client).path("rttMicros").asLong() > 0);
        weir.worker("a").text("alive");
        assertThat(client.text()).isEqualTo("alive");
    }

    @Test
    void messagesAreASignOfLifeThoughNoPongComes() throws Exception {
        RawPeer talker = weir.dial("/client/a").silent().open();
        RawPeer worker = weir.worker("a");
        RawPeer dead = weir.dial("/client/dead").silent().open();
        var talk = talker.sending(() -> {
            for (int i = 0; ; i++) {
                talker.text(String.valueOf(i));
            }
        });
        assertThat(weir.endOf(dead)).isEqualTo("no-pong");
        for (int i = 0; i < 100; i++) {
            assertThat(worker.text()).isEqualTo(String.valueOf(i));
        }
        assertThat(talk).isNotDone();
    }

    @Test
    void oneWhoseMessagesHaveNoRoomIsNotTakenForDead() throws Exception {
        weir.route("write-deadline: 1h", "queue: { messages: 2, stall: 1h }");
        RawPeer client = weir.client("a");
        client.text("1").text("2").text("3"); // from here on the relay does not read it
        soon().until(() -> weir.blocked(client));
        RawPeer dead = weir.dial("/client/dead").silent().open();
        assertThat(weir.endOf(dead)).isEqualTo("no-pong");
        RawPeer worker = weir.worker("a");
        for (int i = 1; i <= 3; i++) {
            assertThat(worker.text()).isEqualTo(String.valueOf(i));
        }
        worker.text("still here");
        assertThat(client.text()).isEqualTo("still here");
    }

    @Test
    void aPongThatNobodyAskedForIsNoHarm() throws Exception {
        RawPeer client = weir.client("a");
        client.send(Frame.of(true, Frame.PONG, "unasked")).send(Frame.of(true, Frame.PONG, ""))
                .roundTrip();
    }
}
