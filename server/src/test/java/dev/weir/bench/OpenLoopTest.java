package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** A schedule on a clock that only the test moves. */
class OpenLoopTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;

    private final Histogram times = Times.histogram();
    private long now;

    /**
     * A thousand messages a second for four seconds through a relay that needs no time, but stands
     * still for 200 ms: two hundred messages, a twentieth of all, wait for 100 ms on the average.
     */
    @Test
    void aRelayThatFreezesFor200MillisecondsShowsInThePercentiles() {
        Deque<Long> inRelay = new ArrayDeque<>();
        OpenLoop loop = new OpenLoop(1000, false, new Random(1));
        loop.start(0);
        for (now = 0; now < 4 * SECOND; now += MILLI / 10) {
            loop.turn(now, (_, due) -> inRelay.add(due));
            boolean frozen = now >= SECOND && now < SECOND + 200 * MILLI;
            while (!frozen && !inRelay.isEmpty()) {
                times.recordValue(now - inRelay.remove());
            }
        }

        assertFreezeIsSeen();
    }

    /** The same when the generator cannot even send meanwhile: nothing that was due is left out. */
    @Test
    void aSenderThatIsHeldUpCountsWhatItShouldHaveSent() {
        OpenLoop loop = new OpenLoop(1000, false, new Random(1));
        loop.start(0);
        for (now = 0; now < 4 * SECOND; now += MILLI / 10) {
            loop.turn(now, (number, due) -> {
                if (number == 1000) {
                    now += 200 * MILLI;
                }
                times.recordValue(now - due);
            });
        }

        assertFreezeIsSeen();
    }

    private void assertFreezeIsSeen() {
        assertThat(times.getTotalCount()).isEqualTo(4000);
        assertThat(times.getValueAtPercentile(50)).isLessThan(MILLI);
        assertThat(times.getValueAtPercentile(99)).isBetween(150 * MILLI, 200 * MILLI);
        assertThat((double) times.getCountBetweenValues(10 * MILLI, SECOND))
                .isCloseTo(190, within(3.0));
        assertThat(times.getMaxValue()).isBetween(199 * MILLI, 201 * MILLI);
    }

    @Test
    void evenMessagesAreDueAtEvenTimesHoweverLateTheyAreSent() {
        List<Long> dues = new ArrayList<>();
        OpenLoop loop = new OpenLoop(3, false, new Random(1));
        loop.start(5);

        long next = loop.turn(5 + 2 * SECOND, (_, due) -> dues.add(due));

        assertThat(dues).containsExactly(5L, 5 + SECOND / 3, 5 + 2 * SECOND / 3, 5 + SECOND,
                5 + 4 * SECOND / 3, 5 + 5 * SECOND / 3, 5 + 2 * SECOND);
        assertThat(next).isEqualTo(5 + 7 * SECOND / 3);
    }

    @Test
    void messagesByChanceHaveTheRateAndExponentialGaps() {
        List<Long> gaps = new ArrayList<>();
        OpenLoop loop = new OpenLoop(1000, true, new Random(42));
        loop.start(0);
        long[] last = {0};
        while (gaps.size() < 100_000) {
            loop.turn(Long.MAX_VALUE / 2, (_, due) -> {
                gaps.add(due - last[0]);
                last[0] = due;
            });
        }

        double mean = gaps.stream().mapToLong(Long::longValue).average().orElseThrow();
        double shorter = gaps.stream().filter(gap -> gap < mean).count() / (double) gaps.size();
        assertThat(mean).isCloseTo(MILLI, within(0.02 * MILLI));
        assertThat(shorter).isCloseTo(1 - 1 / Math.E, within(0.01));
    }

    @Test
    void whatIsOwedIsCounted() {
        OpenLoop loop = new OpenLoop(10, false, new Random(1));
        loop.start(0);
        loop.turn(SECOND / 2, (_, _) -> { });

        assertThat(loop.owed(SECOND)).isEqualTo(4);
        assertThat(loop.owed(SECOND / 2)).isZero();
    }
}
