package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AOT cache, made and used with the flags of production. */
final class TrainTest {

    private static final String PRODUCTION = "@" + Path.of("../deploy/jvm.options");

    @TempDir Path directory;

    @Test
    void trainingMakesACacheThatTheJvmAccepts() throws Exception {
        var cache = directory.resolve("weir.aot");

        var trained = run(List.of(PRODUCTION, "-XX:AOTCacheOutput=" + cache), "train");
        assertThat(trained.exitCode()).as("%s", trained).isZero();
        assertThat(cache).isNotEmptyFile();

        // AOTMode=on: without its cache this JVM would not start.
        var used = run(
                List.of(PRODUCTION, "-XX:AOTMode=on", "-XX:AOTCache=" + cache), "version");
        assertThat(used.exitCode()).as("%s", used).isZero();
        assertThat(used.output()).first().asString().startsWith("weir ");
    }

    private static WeirCommand.Outcome run(List<String> jvmArguments, String command)
            throws IOException, InterruptedException {
        return WeirCommand.outcome(WeirCommand.builder(jvmArguments, List.of(command)));
    }
}
