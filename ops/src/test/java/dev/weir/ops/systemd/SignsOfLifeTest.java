package dev.weir.ops.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SignsOfLifeTest {

    private final AtomicLong beats = new AtomicLong();
    private final AtomicReference<String> status = new AtomicReference<>("2 sessions");

    @Test
    void aServiceThatMakesProgressGivesASignOfLifeEachTime() {
        SignsOfLife signs = new SignsOfLife(true, status::get, beats::get);
        beats.incrementAndGet();
        assertThat(signs.next()).isEqualTo("WATCHDOG=1\nSTATUS=2 sessions\n");
        beats.addAndGet(7);
        assertThat(signs.next()).isEqualTo("WATCHDOG=1\n");
    }

    @Test
    void aServiceThatStandsStillGivesNoneUntilItGoesOn() {
        SignsOfLife signs = new SignsOfLife(true, status::get, beats::get);
        assertThat(signs.next()).isEqualTo("STATUS=no sign of life\n");
        assertThat(signs.next()).isEmpty();
        beats.incrementAndGet();
        assertThat(signs.next()).isEqualTo("WATCHDOG=1\nSTATUS=2 sessions\n");
    }

    @Test
    void aStatusIsToldWhenItChanges() {
        SignsOfLife signs = new SignsOfLife(false, status::get, beats::get);
        beats.incrementAndGet();
        assertThat(signs.next()).isEqualTo("STATUS=2 sessions\n");
        beats.incrementAndGet();
        assertThat(signs.next()).isEmpty();
        beats.incrementAndGet();
        status.set("draining");
        assertThat(signs.next()).isEqualTo("STATUS=draining\n");
    }
}
