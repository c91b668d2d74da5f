package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.session.FlightRecorder.Memory;
import dev.weir.session.FlightRecorder.What;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlightRecorderTest {

    private static final long START = -5_000_000_000L; // the nano clock may be negative
    private static final int EVENT_BYTES = 32;

    private final Traffic traffic = new Traffic();
    private final Memory memory = new Memory(100, 1 << 20);
    private final FlightRecorder recorder = new FlightRecorder(memory, traffic, START);

    private void receives(long atMillis, int bytes) {
        recorder.received(START + TimeUnit.MILLISECONDS.toNanos(atMillis));
        traffic.received(true, bytes);
    }

    private void sends(long atMillis, int messages, int bytes) {
        recorder.sent(START + TimeUnit.MILLISECONDS.toNanos(atMillis));
        traffic.sent(messages, bytes);
    }

    private List<String> events() {
        return recorder.events().stream()
                .map(event -> TimeUnit.NANOSECONDS.toMillis(event.at() - START) + " "
                        + event.what() + " " + event.messages() + "/" + event.bytes())
                .toList();
    }

    @Test
    void aSessionWithoutMessagesRemembersNothingAndHasNoMemory() {
        recorder.happened(START, What.PAIRED);
        recorder.happened(START, What.ENDED);
        assertThat(events()).isEmpty();
        assertThat(memory.used()).isZero();
    }

    @Test
    void messagesCloseTogetherAreOneEventOfTheirSum() {
        receives(0, 10);
        receives(5, 20);
        receives(19, 30);
        receives(20, 1);
        receives(500, 2);
        assertThat(events()).containsExactly(
                "0 RECEIVED 3/60", "20 RECEIVED 1/1", "500 RECEIVED 1/2");
    }

    @Test
    void bothDirectionsAndTheEventsOfThePairAreInTheOrderOfTime() {
        receives(0, 10);
        recorder.happened(START + 1_000_000, What.PAIRED);
        sends(2, 3, 30);
        receives(40, 7);
        recorder.happened(START + 50_000_000, What.HELD_UP);
        sends(60, 1, 1);
        recorder.happened(START + 70_000_000, What.ENDED);
        assertThat(events()).containsExactly(
                "0 RECEIVED 1/10", "1 PAIRED 0/0", "2 SENT 3/30", "40 RECEIVED 1/7",
                "50 HELD_UP 0/0", "60 SENT 1/1", "70 ENDED 0/0");
    }

    @Test
    void onlyTheLastOnesAreKept() {
        for (int i = 0; i < 1000; i++) {
            receives(i * 20L, i);
        }
        assertThat(events()).hasSize(100)
                .startsWith("18000 RECEIVED 1/900")
                .endsWith("19980 RECEIVED 1/999");
        assertThat(memory.used()).isEqualTo(100 * EVENT_BYTES);
    }

    @Test
    void itGrowsWithWhatThereIsToRemember() {
        receives(0, 1);
        assertThat(memory.used()).isEqualTo(4 * EVENT_BYTES);
        for (int i = 1; i < 9; i++) {
            receives(i * 20L, 1);
        }
        assertThat(memory.used()).isEqualTo(16 * EVENT_BYTES);
        assertThat(events()).hasSize(9);
    }

    @Test
    void withoutMoreMemoryTheLastOfFewerAreKept() {
        Memory scarce = new Memory(100, 18 * EVENT_BYTES);
        FlightRecorder first = new FlightRecorder(scarce, traffic, START);
        for (int i = 0; i < 50; i++) {
            first.received(START + TimeUnit.MILLISECONDS.toNanos(i * 20L));
        }
        assertThat(first.events()).hasSize(16).last().satisfies(
                event -> assertThat(event.at()).isEqualTo(START + 49 * 20_000_000L));
        FlightRecorder second = new FlightRecorder(scarce, traffic, START);
        second.received(START);
        assertThat(second.events()).isEmpty();
        first.close();
        assertThat(scarce.used()).isZero();
        second.received(START + 20_000_000);
        assertThat(second.events()).hasSize(1);
    }

    @Test
    void whatIsOverGivesItsMemoryBackAndTakesNoneAgain() {
        receives(0, 1);
        recorder.close();
        receives(100, 1);
        recorder.close();
        assertThat(memory.used()).isZero();
        assertThat(events()).isEmpty();
    }

    @Test
    void itCanBeOff() {
        FlightRecorder off = new FlightRecorder(new Memory(0, 1 << 20), traffic, START);
        off.received(START);
        assertThat(off.events()).isEmpty();
    }
}
