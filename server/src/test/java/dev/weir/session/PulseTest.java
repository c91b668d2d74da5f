package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.HeartbeatConfig;
import dev.weir.session.Pulse.Need;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A ping every 25 seconds, 10 seconds for its pong; the heartbeat looks each second. */
class PulseTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** Nano clocks may be negative and may wrap around. */
    private long now = Long.MAX_VALUE - 20 * SECOND;

    private final Pulse pulse = new Pulse(HeartbeatConfig.defaults(), now);

    @Test
    void aNewPeerIsPingedSoonForAFirstRoundTripTimeAndGivenUpAfterThePongTime() {
        assertThat(secondsUntil(Need.PING)).isEqualTo(1);
        pulse.ping(now);
        assertThat(secondsUntil(Need.GIVE_UP)).isEqualTo(11);
    }

    @Test
    void aPeerThatAnswersIsPingedAgainAndAgain() {
        for (int i = 0; i < 100; i++) {
            assertThat(secondsUntil(Need.PING)).isEqualTo(i == 0 ? 1 : 24);
            ByteBuffer ping = pulse.ping(now);
            pass(1);
            pulse.heard(now);
            pulse.pong(ping, now);
            assertThat(pulse.check(now, false, false)).isEqualTo(Need.NOTHING);
        }
    }

    @Test
    void anythingThatIsHeardIsASignOfLifeButTellsNoTime() {
        secondsUntil(Need.PING);
        pulse.ping(now);
        pass(9);
        pulse.heard(now);
        pass(2);
        assertThat(pulse.check(now, false, false)).isEqualTo(Need.NOTHING);
        assertThat(pulse.rttNanos()).isNegative();
    }

    @Test
    void whatWasHeardBeforeThePingProvesNothing() {
        pass(25);
        pulse.heard(now);
        pulse.ping(now);
        assertThat(secondsUntil(Need.GIVE_UP)).isEqualTo(11);
    }

    @Test
    void onlyThePongOfTheLastPingTellsTheTime() {
        ByteBuffer first = pulse.ping(now);
        pass(1);
        ByteBuffer second = pulse.ping(now);
        pass(2);
        pulse.pong(first, now);
        pulse.pong(ByteBuffer.allocate(0), now);
        pulse.pong(ByteBuffer.allocate(8), now);
        pulse.pong(ByteBuffer.allocate(125), now);
        assertThat(pulse.rttNanos()).isNegative();
        pulse.pong(second, now);
        assertThat(pulse.rttNanos()).isEqualTo(2 * SECOND);
    }

    @Test
    void aHeartbeatThatComesLateGivesAnotherRound() {
        secondsUntil(Need.PING);
        pulse.ping(now);
        pass(60);
        assertThat(pulse.check(now, false, true)).isEqualTo(Need.NOTHING);
        assertThat(secondsUntil(Need.GIVE_UP)).isEqualTo(11);
    }

    @Test
    void aSessionThatIsNotReadIsNotJudgedUntilItIsReadAgain() {
        secondsUntil(Need.PING);
        pulse.ping(now);
        for (int i = 0; i < 1000; i++) {
            pass(1);
            assertThat(pulse.check(now, true, false)).isEqualTo(Need.NOTHING);
        }
        assertThat(secondsUntil(Need.GIVE_UP)).isEqualTo(11);
    }

    @Test
    void aSessionThatIsNotReadIsNotPinged() {
        for (int i = 0; i < 1000; i++) {
            pass(1);
            assertThat(pulse.check(now, true, false)).isEqualTo(Need.NOTHING);
        }
        assertThat(pulse.check(now, false, false)).isEqualTo(Need.PING);
    }

    @Test
    void withoutPingsNobodyIsJudged() {
        Pulse off = new Pulse(new HeartbeatConfig(Duration.ZERO, Duration.ofSeconds(10)), now);
        pass(100_000);
        assertThat(off.check(now, false, false)).isEqualTo(Need.NOTHING);
    }

    private void pass(long seconds) {
        now += seconds * SECOND;
    }

    /** Looks each second until that is needed. */
    private int secondsUntil(Need need) {
        for (int seconds = 1; seconds < 1000; seconds++) {
            pass(1);
            Need seen = pulse.check(now, false, false);
            if (seen == need) {
                return seconds;
            }
            assertThat(seen).isEqualTo(Need.NOTHING);
        }
        throw new AssertionError("never");
    }
}
