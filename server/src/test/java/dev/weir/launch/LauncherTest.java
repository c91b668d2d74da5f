package dev.weir.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LauncherTest {
    private static final int NEEDED_JAVA = 25;

    @ParameterizedTest
    @CsvSource({"1.8, 8", "9, 9", "17, 17", "25, 25"})
    void readsTheFeatureReleaseOfOldAndNewSpecificationVersions(String version, int feature) {
        assertThat(Launcher.feature(version)).isEqualTo(feature);
    }

    @Test
    void anOlderJavaGetsOneLineThatNamesTheNeededAndTheFoundJava() throws Exception {
        Optional<Path> olderJava = olderJava();
        assumeTrue(olderJava.isPresent() || System.getenv("CI") != null,
                "no Java before " + NEEDED_JAVA + " beside this one");
        assertThat(olderJava).as("a Java before 25; a CI machine must have one").isPresent();
        Path home = olderJava.get();

        String classes = Path.of(Launcher.class.getProtectionDomain().getCodeSource()
                .getLocation().toURI()).toString();
        Process process = new ProcessBuilder(home.resolve("bin/java").toString(), "-cp", classes,
                Launcher.class.getName()).redirectErrorStream(true).start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines().toList();

        assertThat(lines).singleElement().asString()
                .startsWith("Weir needs Java 25 or newer, but this is Java ")
                .contains(version(home), home.toRealPath().toString());
        assertThat(process.waitFor()).isEqualTo(1);
    }

    /** The home of a Java before 25 installed beside the one that runs this test. */
    private static Optional<Path> olderJava() throws IOException {
        Path siblings = Path.of(System.getProperty("java.home")).toRealPath().getParent();
        try (Stream<Path> homes = Files.list(siblings)) {
            return homes.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .filter(home -> !version(home).isEmpty())
                    .filter(home -> Runtime.Version.parse(version(home)).feature() < NEEDED_JAVA)
                    .findFirst();
        }
    }

    /** The version in the {@code release} file that every JDK since 8 has; empty if unreadable. */
    private static String version(Path home) {
        Properties release = new Properties();
        try (var file = Files.newBufferedReader(home.resolve("release"))) {
            release.load(file);
        } catch (IOException e) {
            return "";
        }
        return release.getProperty("JAVA_VERSION", "").replace("\"", "");
    }
}
