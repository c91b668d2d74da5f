package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The Dockerfile as text; {@code ops/deploy/image/prove} builds it and runs what it makes. */
final class DockerfileTest {

    private static final Path DOCKERFILE = Path.of("../../Dockerfile").toAbsolutePath().normalize();

    @Test
    void itIsWrittenAsItShouldBe() throws Exception {
        var linter = "node_modules/dockerfilelint/bin/dockerfilelint";
        var outcome = Tool.lint(linter, DOCKERFILE.toString()).run("");
        assertThat(outcome.exitCode()).as("%s", outcome.text()).isZero();
        assertThat(outcome.text()).contains("Issues: None found");
    }

    @Test
    void everyJvmHasTheFlagsThatItsCacheWasTrainedWith() throws Exception {
        assertThat(Files.readString(DOCKERFILE).lines()
                        .filter(line -> !line.startsWith("#"))
                        .filter(line -> line.matches(".*\\bjava\\b[\", ]+[-@].*")))
                .hasSize(3)
                .allMatch(line -> line.contains("@/opt/weir/jvm.options"));
    }
}
