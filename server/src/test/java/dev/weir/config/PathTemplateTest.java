package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTemplateTest {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "/a/{b}", "/{a}/b/{c-d}", "/v1.0/~x/a:b@c"})
    void isWrittenAsItWasRead(String text) {
        assertThat(PathTemplate.parse(text)).hasToString(text);
    }

    @Test
    void capturesItsVariables() {
        PathTemplate template = PathTemplate.parse("/robots/{robot}/{arm}");
        assertThat(template.variables()).containsExactly("robot", "arm");
        assertThat(template.match("/robots/r2/left"))
                .contains(Map.of("robot", "r2", "arm", "left"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "", "robots/r2", "/robots", "/robots/", "/robots/r2/", "/ROBOTS/r2"})
    void doesNotMatchWhatIsLongerShorterOrOther(String path) {
        assertThat(PathTemplate.parse("/robots/{robot}").match(path)).isEmpty();
    }

    @Test
    void theRootMatchesTheRootAlone() {
        assertThat(PathTemplate.parse("/").match("/")).contains(Map.of());
        assertThat(PathTemplate.parse("/").match("/a")).isEmpty();
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "/a, /a, true",
        "/a, /b, false",
        "/a, /a/b, false",
        "/{x}, /{y}, true",
        "/a, /{x}, false",
        "/a/{x}, /{y}/b, true",
        "/a/{x}, /a/b, false",
        "/a/{x}/c, /b/{x}/{y}, false",
        "/a/{x}/{y}, /{x}/{y}/{z}, false",
    })
    void conflictsWithWhatIsNeitherDisjointNorMoreSpecial(
            String one, String two, boolean conflict) {
        PathTemplate left = PathTemplate.parse(one);
        PathTemplate right = PathTemplate.parse(two);
        assertThat(left.conflictsWith(right)).isEqualTo(conflict);
        assertThat(right.conflictsWith(left)).isEqualTo(conflict);
    }

    @Test
    void moreLiteralsAreMoreSpecial() {
        PathTemplate special = PathTemplate.parse("/a/{x}");
        PathTemplate general = PathTemplate.parse("/{y}/{x}");
        assertThat(special.isMoreSpecialThan(general)).isTrue();
        assertThat(general.isMoreSpecialThan(special)).isFalse();
    }
}
