package dev.weir.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaygroundTest {

    private final AdminServer admin =
            AdminServer.start("127.0.0.1", 0, List.of(), new Health());
    private final HttpCalls http = new HttpCalls(admin.port());

    PlaygroundTest() throws IOException {}

    @AfterEach
    void stop() {
        http.close();
        admin.close();
    }

    static Stream<String> files() {
        return StaticPages.PLAYGROUND_FILES.keySet().stream().sorted();
    }

    private static Path folder() {
        try {
            URL page = Objects.requireNonNull(
                    StaticPages.class.getResource("/playground/index.html"));
            return Objects.requireNonNull(Path.of(page.toURI()).getParent());
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

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results()
                .map((MatchResult result) -> result.group(1))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = "/playground")
    void whoComesToTheDoorIsSentToThePage(String path) {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("location")).contains("/playground/");
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileIsServedOnceAndThenOnlyWhenItChanged(String file) {
        String path = "/playground/" + (file.equals("index.html") ? "" : file);
        HttpResponse<String> first = http.get(path);
        String etag = first.headers().firstValue("etag").orElse("");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo(text(file));
        assertThat(first.headers().firstValue("content-type")).contains(StaticPages.PLAYGROUND_FILES.get(file));
        assertThat(first.headers().firstValue("cache-control")).contains("no-cache");
        assertThat(etag).matches("\"[0-9a-f]{24}\"");

        for (String known : List.of(etag, "W/" + etag, "\"other\", " + etag)) {
            HttpResponse<String> again = http.get(path, "If-None-Match", known);
            assertThat(again.statusCode()).as(known).isEqualTo(304);
            assertThat(again.body()).isEmpty();
        }
        assertThat(http.get(path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }

    @Test
    void everyFileOfTheFolderIsServedAndNothingElse() throws IOException {
        try (Stream<Path> all = Files.list(folder())) {
            assertThat(all.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(StaticPages.PLAYGROUND_FILES.keySet());
        }
        assertThat(http.get("/playground/../playground/index.html").statusCode()).isEqualTo(404);
        assertThat(http.get("/playground/%2e%2e/logback.xml").statusCode()).isIn(400, 404);
    }

    @Test
    void thePageMayLoadOnlyItsOwnFilesAndOpenWebSockets() {
        String policy = http.get("/playground/").headers()
                .firstValue("content-security-policy").orElse("");

        assertThat(policy.split("; ")).containsExactlyInAnyOrder(
                "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
                "connect-src 'self' ws: wss:", "form-action 'none'", "base-uri 'none'",
                "frame-ancestors 'none'");
    }

    @Test
    void thePageHasNoInlineScriptOrStyle() {
        String page = text("index.html");

        assertThat(found("<script\\b([^>]*)>", page)).allMatch(script -> script.contains("src="));
        assertThat(page)
                .doesNotContain("<style", "javascript:")
                .doesNotContainPattern("\\sstyle=")
                .doesNotContainPattern("\\son[a-z]+=");
    }

    @ParameterizedTest
    @MethodSource("files")
    void noFileNamesAnotherHost(String file) {
        assertThat(found("(https?://[^\\s\"'`)]+)", text(file)))
                .isSubsetOf("http://www.w3.org/2000/svg");
    }

    @Test
    void whatThePageNamesIsThere() {
        assertThat(found("(?:src|href)=\"([^\"/][^\"]*)\"", text("index.html")))
                .isSubsetOf(StaticPages.PLAYGROUND_FILES.keySet())
                .contains("playground.js", "playground.css");
        assertThat(files().filter(file -> file.endsWith(".js"))
                        .flatMap(file -> found("from '\\./([^']+)'", text(file)).stream()))
                .isSubsetOf(StaticPages.PLAYGROUND_FILES.keySet())
                .contains("panel.js", "messages.js", "explain.js", "admin.js");
    }

    @ParameterizedTest
    @MethodSource("files")
    void whatPeersSendIsNeverTakenForMarkup(String file) {
        assertThat(text(file)).doesNotContain(
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "new Function");
    }
}
