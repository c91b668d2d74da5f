package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.connectors.LinkException.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordTemplateTest {

    @Test
    void blanksAreFilledFromThePathAndTheSession() throws Exception {
        WordTemplate template = new WordTemplate("subject", "x.{shop}.{route}.{session}.{key}");
        assertThat(template.fill(caller(Map.of("shop", "red"))))
                .isEqualTo("x.red.orders.session-1.red%2F7");
    }

    @ParameterizedTest
    @CsvSource({"a.b, a%2Eb", "*, %2A", "#, %23", ">, %3E", "a b, a%20b", "50%, 50%25",
        "ü, %C3%BC", "$SYS, %24SYS", "me@x_y~z:1=2-3, me@x_y~z:1=2-3"})
    void aValueStaysOneWordAndIsNoWildcard(String value, String word) throws Exception {
        assertThat(new WordTemplate("subject", "{shop}").fill(caller(Map.of("shop", value))))
                .isEqualTo(word);
    }

    @Test
    void aVariableThatTheRouteHasNotIsNamed() {
        WordTemplate template = new WordTemplate("subject", "orders.{shop}");
        assertThatThrownBy(() -> template.fill(caller(Map.of())))
                .isInstanceOfSatisfying(LinkException.class, failure ->
                        assertThat(failure.kind()).isEqualTo(Kind.REJECTED))
                .hasMessage("subject: {shop} has no value on route orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.{b", "a.b}", "a.{}", "a.{b c}", "a.{{b}}"})
    void bracesThatAreNoBlankAreRefused(String template) {
        assertThatThrownBy(() -> new WordTemplate("subject", template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("subject: ");
    }

    private static Caller caller(Map<String, String> variables) {
        return new Caller("session-1", "orders", "red/7", variables, "127.0.0.1:1", List.of(),
                Map.of(), null, Instant.EPOCH);
    }
}
