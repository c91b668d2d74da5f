package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit of systemd, read by systemd's own tools. */
final class SystemdUnitTest {

    private static final Path UNIT = Path.of("../deploy/systemd/weir.service");

    /** Of 10: what "systemd-analyze security" calls fine ends at 2.9 and begins with 1.0. */
    private static final int EXPOSURE_TENTHS = 15;

    @TempDir Path directory;

    @Test
    void itHasNoMistake() throws Exception {
        var outcome = analyze("verify", "--man=no", unit());
        // It exits with 0 whatever it finds.
        assertThat(outcome.output()).as("what it complains of").isEmpty();
    }

    @Test
    void theComplaintsOfVerifyAreSeen() throws Exception {
        var broken = Path.of(unit());
        var mistaken = Files.readString(broken).replace("WatchdogSec=", "WatchdogSecs=");
        Files.writeString(broken, mistaken);
        var outcome = analyze("verify", "--man=no", broken.toString());
        assertThat(outcome.text()).contains("WatchdogSecs");
    }

    @Test
    void littleIsExposedToIt() throws Exception {
        var outcome = analyze(
                "security", "--offline=true", "--threshold=" + EXPOSURE_TENTHS, unit());
        assertThat(outcome.exitCode()).as("%s", outcome.text()).isZero();
        assertThat(outcome.text()).contains("Overall exposure level");
    }

    private static WeirCommand.Outcome analyze(String... arguments)
            throws IOException, InterruptedException {
        return Tool.of("systemd-analyze", "systemd", arguments).run("");
    }

    /** The unit with a Java that exists here: verify looks whether the program is there. */
    private String unit() throws IOException {
        var text = Files.readString(UNIT);
        assertThat(text).contains("ExecStart=/usr/bin/java ");
        var java = Path.of(System.getProperty("java.home"), "bin/java");
        return Files.writeString(
                        directory.resolve("weir.service"),
                        text.replace("/usr/bin/java ", java + " "))
                .toString();
    }
}
