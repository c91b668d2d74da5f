package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The config file of a running relay changes. */
final class ConfigReloadTest {

    @TempDir
    private Path folder;

    private static String drain(String deadline) {
        return "drain: { deadline: " + deadline + " }\n";
    }

    private static JsonNode config(WeirProcess weir) throws Exception {
        return weir.admin().get("/config").json();
    }

    private static void awaitDeadline(WeirProcess weir, String deadline) {
        await().atMost(Inbox.DEADLINE).untilAsserted(() -> assertThat(
                        config(weir).at("/settings/drain/deadline").asString())
                .isEqualTo(deadline));
    }

    @Test
    void aFileThatIsWrittenIsReadAndAWrongOneIsRefused() throws Exception {
        var file = folder.resolve("weir.yaml");
        Files.writeString(file, drain("7s"));
        try (var weir = WeirProcess.start(file)) {
            Files.writeString(file, drain("8s"));
            awaitDeadline(weir, "8s");

            Files.writeString(file, "lisen: 1\nlog: { level: loud }\n");
            await().atMost(Inbox.DEADLINE).untilAsserted(() ->
                    assertThat(config(weir).at("/refused/problems")).hasSize(2));
            assertThat(config(weir).at("/settings/drain/deadline").asString()).isEqualTo("8s");

            Files.writeString(file, drain("9s") + "listen: { port: 1 }\n");
            awaitDeadline(weir, "9s");
            assertThat(config(weir).get("refused").isNull()).isTrue();
        }
    }

    /** As the kubelet does: a new folder, and the link to it replaced at once. */
    @Test
    void aConfigMapThatIsSwappedIsRead() throws Exception {
        mount("..one", drain("7s"));
        Files.createSymbolicLink(folder.resolve("weir.yaml"), Path.of("..data", "weir.yaml"));
        try (var weir = WeirProcess.start(folder.resolve("weir.yaml"))) {
            mount("..two", drain("8s"));
            awaitDeadline(weir, "8s");
        }
    }

    private void mount(String name, String yaml) throws Exception {
        Files.writeString(Files.createDirectory(folder.resolve(name)).resolve("weir.yaml"), yaml);
        var fresh = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(name));
        Files.move(fresh, folder.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aSecretInAFileOfItsOwnIsReadAgainOnSighup() throws Exception {
        var secret = folder.resolve("token");
        Files.writeString(secret, "first-token-0123456789");
        var file = Files.createDirectory(folder.resolve("config")).resolve("weir.yaml");
        Files.writeString(file, "admin: { token: 'file:" + secret.toAbsolutePath() + "' }\n");
        try (var weir = WeirProcess.start(file)) {
            assertThat(weir.admin().get("/config").status()).isEqualTo(401);
            Files.writeString(secret, "second-token-0123456789");
            weir.signal(Signal.HUP);
            weir.awaitLine(line -> line.contains("a changed config is in force"));
            assertThat(weir.isAlive()).isTrue();
        }
    }
}
