package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The description of the admin port, as a tool reads it. */
@ExtendWith(Peers.Shared.class)
final class OpenApiTest {

    @TempDir
    private Path folder;

    @Test
    void aLinterFindsNothingWrongWithTheDescription(Peers peers) throws Exception {
        try (var weir = WeirProcess.start()) {
            var file = folder.resolve("openapi.yaml");
            Files.writeString(file, weir.admin().get("/openapi.yaml").body());

            var linter = peers.script(
                    PeerKind.WS, "node_modules/@redocly/cli/bin/cli.js", "lint",
                    "--skip-rule=info-license", file.toString());
            var said = new String(
                    linter.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(linter.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(linter.exitValue()).as(said).isZero();
        }
    }
}
