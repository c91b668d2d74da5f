package dev.weir.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of finding has its paragraph in the runbook, under the anchor that findings name. */
class RunbookTest {

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyKindOfFindingHasItsParagraph(Kind kind) throws IOException {
        String runbook = Files.readString(Path.of("README.md"));
        String heading = "\n### " + kind.label() + "\n";
        assertThat(runbook).containsOnlyOnce(heading);
        String after = runbook.substring(runbook.indexOf(heading) + heading.length());
        String paragraph = after.substring(0, (after + "\n#").indexOf("\n#"));
        assertThat(paragraph).contains("Means:").contains("Look at:").contains("Do:");
        assertThat(kind.runbook()).isEqualTo("ops/README.md#" + kind.label());
        assertThat(kind.whatToDo()).isNotBlank();
    }
}
