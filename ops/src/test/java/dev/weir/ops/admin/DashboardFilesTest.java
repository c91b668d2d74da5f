package dev.weir.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboard as it is served: complete, strict, and with nothing from elsewhere. */
class DashboardFilesTest {

    private final AdminServer admin =
            AdminServer.start("127.0.0.1", 0, List.of(), new Health());
    private final HttpCalls http = new HttpCalls(admin.port());

    DashboardFilesTest() throws IOException {}

    @AfterEach
    void stop() {
        http.close();
        admin.close();
    }

    static Stream<String> files() {
        return StaticPages.DASHBOARD_FILES.keySet().stream().sorted();
    }

    static Stream<String> ourFiles() {
        return files().filter(file -> !file.startsWith("vendor/"));
    }

    private static Path folder() {
        try {
            return Objects.requireNonNull(Path.of(Objects.requireNonNull(
                    StaticPages.class.getResource("/dashboard/index.html")).toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(String file) {
        try {
            return Files.readString(folder().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results()
                .map(result -> result.group(1)).distinct().toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileIsServedWithItsType(String file) {
        HttpResponse<String> answer =
                http.get(file.equals("index.html") ? "/" : "/dashboard/" + file);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(text(file));
        assertThat(answer.headers().firstValue("content-type"))
                .contains(StaticPages.DASHBOARD_FILES.get(file));
        assertThat(answer.headers().firstValue("etag")).isPresent();
    }

    @Test
    void everyFileOfTheFolderIsServedButWhatIsForReaders() throws IOException {
        try (Stream<Path> all = Files.walk(folder())) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(file -> folder().relativize(file).toString())
                            .filter(file -> !file.matches("vendor/(README.md|LICENSE\\..*)")))
                    .containsExactlyInAnyOrderElementsOf(StaticPages.DASHBOARD_FILES.keySet());
        }
    }

    @Test
    void thePageMayLoadAndAskOnlyWhereItComesFrom() {
        String policy = http.get("/").headers().firstValue("content-security-policy").orElse("");

        assertThat(policy.split("; ")).containsExactlyInAnyOrder(
                "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
                "connect-src 'self'", "form-action 'none'", "base-uri 'none'",
                "frame-ancestors 'none'");
    }

    @ParameterizedTest
    @MethodSource("ourFiles")
    void noFileOfOursNamesAnotherHostOrTakesTextForMarkup(String file) {
        assertThat(found("(https?://[^\\s\"'`)]+)", text(file)))
                .isSubsetOf("http://www.w3.org/2000/svg");
        assertThat(text(file)).doesNotContain(
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "new Function", "javascript:");
    }

    @Test
    void whatTheFilesNameIsThere() {
        assertThat(found("(?:src|href)=\"/dashboard/([^\"]+)\"", text("index.html")))
                .isSubsetOf(StaticPages.DASHBOARD_FILES.keySet())
                .contains("dashboard.js", "dashboard.css");
        assertThat(ourFiles().filter(file -> file.endsWith(".js"))
                        .flatMap(file -> found("from '\\./([^']+)'", text(file)).stream()))
                .isSubsetOf(StaticPages.DASHBOARD_FILES.keySet())
                .contains("vendor/htm-preact.module.js", "api.js");
    }

    /** Recomputed from {@code npm pack}, as the list beside the files says. */
    @Test
    void whatOthersWroteIsUnchanged() {
        Map<String, String> sums = Pattern.compile("\\| `([^`]+)` \\|.*`([0-9a-f]{64})` \\|")
                .matcher(text("vendor/README.md")).results()
                .collect(Collectors.toMap(row -> "vendor/" + row.group(1), row -> row.group(2)));

        assertThat(sums.keySet()).containsExactlyInAnyOrderElementsOf(
                files().filter(file -> file.startsWith("vendor/")).toList());
        assertThat(sums).allSatisfy((file, sum) -> assertThat(sha256(file)).isEqualTo(sum));
    }

    private static String sha256(String file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest(Files.readAllBytes(folder().resolve(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
