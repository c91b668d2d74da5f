package dev.weir.bench;

import static dev.weir.bench.Sequence.Arrival.DUPLICATE;
import static dev.weir.bench.Sequence.Arrival.EARLY;
import static dev.weir.bench.Sequence.Arrival.IN_ORDER;
import static dev.weir.bench.Sequence.Arrival.LATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.Sequence.Arrival;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequenceTest {

    private final Sequence sequence = new Sequence();

    private List<Arrival> arrive(long... numbers) {
        return Arrays.stream(numbers).mapToObj(sequence::arrived).toList();
    }

    @Test
    void messagesInOrderAreInOrder() {
        assertThat(arrive(0, 1, 2)).containsOnly(IN_ORDER);
        assertThat(sequence.distinct()).isEqualTo(3);
    }

    @Test
    void twoThatAreSwappedAreOneEarlyAndOneLate() {
        assertThat(arrive(1, 0, 2)).containsExactly(EARLY, LATE, IN_ORDER);
        assertThat(sequence.distinct()).isEqualTo(3);
    }

    @Test
    void oneThatComesTwiceIsADuplicateWhetherItWasLateOrNot() {
        assertThat(arrive(0, 0, 2, 1, 1, 2))
                .containsExactly(IN_ORDER, DUPLICATE, EARLY, LATE, DUPLICATE, DUPLICATE);
        assertThat(sequence.distinct()).isEqualTo(3);
    }

    @Test
    void lateOnesAreToldFromDuplicatesUpToTheWindow() {
        assertThat(arrive(0, 64, 1, 1)).containsExactly(IN_ORDER, EARLY, LATE, DUPLICATE);
        assertThat(arrive(1000, 937, 936)).containsExactly(EARLY, LATE, DUPLICATE);
    }
}
