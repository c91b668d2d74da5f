package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, 500", "1s, 1000", "30s, 30000", "5m, 300000", "1h, 3600000", "2 h, 7200000",
        "0s, 0", "off, 0", "8760h, 31536000000"
    })
    void readsDurations(String text, long millis) {
        assertThat(Units.parseDuration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "512B, 512", "64KiB, 65536", "1MiB, 1048576", "10MB, 10000000", "1 GiB, 1073741824",
        "3KB, 3000", "2GB, 2000000000", "1TiB, 1099511627776", "auto, 0"
    })
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5S", "5 min", "5s5s", "1d", "5  s"})
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Units.parseDuration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a duration is written 500ms, 30s, 5m or 1h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64k", "64kib", "64Kib", "-1B", "1.5MiB", "1 PiB"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a size is written 512B, 64KiB, 1MiB or 10MB");
    }

    @Test
    void refusesMoreThanCanBeMeant() {
        assertThatThrownBy(() -> Units.parseDuration("999999999999999h"))
                .hasMessage("a duration is at most 8760h");
        assertThatThrownBy(() -> ByteSize.parse("999999999999999TiB"))
                .hasMessage("a size is from 0B to 1TiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"500ms", "90s", "5m", "1h", "off", "1501ms"})
    void writesADurationAsItWasRead(String text) {
        assertThat(Units.format(Units.parseDuration(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"512B", "64KiB", "1MiB", "10MB", "1025B", "3GiB", "auto"})
    void writesASizeAsItWasRead(String text) {
        assertThat(ByteSize.parse(text)).hasToString(text);
    }

    @Test
    void readsBackWhateverItWrites() {
        Random random = new Random(42);
        for (int i = 0; i < 10_000; i++) {
            Duration duration = Duration.ofMillis(random.nextLong(1L << random.nextInt(1, 34)));
            ByteSize size = new ByteSize(random.nextLong(1L << random.nextInt(1, 40)));
            assertThat(Units.parseDuration(Units.format(duration))).isEqualTo(duration);
            assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
        }
    }
}
