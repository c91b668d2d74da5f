package dev.weir.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A service that never answers costs each client that waits for it a little memory, no thread. */
final class HangingServiceTest {

    private static final int SESSIONS = 2_000;

    /** A heap that is full would stop everybody: it is a part of what is shown. */
    private static final String HEAP = "-Xmx192m";

    private static final long RESIDENT_BYTES = 450L << 20;
    private static final int PLATFORM_THREADS = 20;

    @Test
    void twoThousandClientsWaitAtOnceAndNobodyElseNotices() throws Exception {
        HangingScenario.Result result =
                HangingScenario.run(SESSIONS, Duration.ofSeconds(3), HEAP);

        assertThat(result.waiting()).as("calls at once").isEqualTo(SESSIONS);
        assertThat(result.others().lost()).as("lost on another route").isZero();
        assertThat(result.others().broken()).isEmpty();
        assertThat(result.during().residentBytes()).isLessThan(RESIDENT_BYTES);
        assertThat(result.during().platformThreads() - result.before().platformThreads())
                .as("threads of the system for them").isLessThan(PLATFORM_THREADS);
    }
}
