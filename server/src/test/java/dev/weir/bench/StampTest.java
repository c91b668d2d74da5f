package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {

    private final byte[] bytes = new byte[Stamp.LENGTH];
    private final Stamp stamp = new Stamp();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 123_456_789_012_345L})
    void readsWhatItWrote(long time) {
        Stamp.write(bytes, 0, Side.WORKER, Stamp.RUNS - 1, Stamp.PAIRS - 1, (1L << 42) - 1, time);

        assertThat(stamp.read(bytes)).isTrue();
        assertThat(stamp.side()).isEqualTo(Side.WORKER);
        assertThat(stamp.run()).isEqualTo(Stamp.RUNS - 1);
        assertThat(stamp.pair()).isEqualTo(Stamp.PAIRS - 1);
        assertThat(stamp.number()).isEqualTo((1L << 42) - 1);
        assertThat(stamp.time()).isEqualTo(time);
    }

    @Test
    void isAsciiSoThatItMayStandInText() {
        Stamp.write(bytes, 0, Side.CLIENT, 1, 2, 3, -4);
        assertThat(new String(bytes, StandardCharsets.US_ASCII)).matches("[\\x21-\\x7e]{32}");
    }

    @Test
    void everyChangeOfAByteIsSeen() {
        Stamp.write(bytes, 0, Side.CLIENT, 5, 77, 123_456, 987_654_321);
        for (int i = 0; i < bytes.length; i++) {
            byte right = bytes[i];
            for (int value = Byte.MIN_VALUE; value <= Byte.MAX_VALUE; value++) {
                bytes[i] = (byte) value;
                assertThat(stamp.read(bytes)).as("byte %d is %d", i, value)
                        .isEqualTo(value == right);
            }
            bytes[i] = right;
        }
    }
}
