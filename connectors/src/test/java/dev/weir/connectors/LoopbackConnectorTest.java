package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class LoopbackConnectorTest extends ConnectorContract {

    @Override
    protected Connector.Provider provider() {
        return new LoopbackConnector.Provider();
    }

    @Override
    protected int port() {
        return 0;
    }

    @Override
    protected Map<String, Object> settings(int port) {
        return Map.of();
    }

    @Override
    protected Map<String, Object> hanging() {
        return Map.of("delay", Duration.ofHours(1));
    }

    @Test
    @Disabled("there is no service that could be away")
    @Override
    void aServiceThatIsNotThereIsUnreachable() {}

    @Test
    void aScriptFillsTheBlanksOfItsAnswer() throws Exception {
        Link link = open(connector(
                Map.of("answer", "{number}: {key} said {message} in {session}", "answers", 2),
                Deadlines.defaults()));
        link.send(text("cost: $1 \\ {key}"));
        assertThat(receive(link).asText())
                .isEqualTo("1: key-1 said cost: $1 \\ {key} in session-1");
        assertThat(receive(link).asText()).startsWith("2: key-1");
    }

    @Test
    void everyNthMessageFailsWhenItIsTold() throws Exception {
        Link link = open(connector(Map.of("fail-every", 3), Deadlines.defaults()));
        link.send(text("one"));
        link.send(text("two"));
        assertThatFailure(() -> link.send(text("three"))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.FAILED));
        link.send(text("four"));
        assertThat(receive(link).asText()).isEqualTo("one");
        assertThat(receive(link).asText()).isEqualTo("two");
        assertThat(receive(link).asText()).isEqualTo("four");
    }

    @Test
    void answersThatNobodyTakesHoldTheSenderUntilItsDeadline() throws Exception {
        Deadlines deadlines = new Deadlines(
                Duration.ofSeconds(1), Duration.ofMillis(50), Duration.ofSeconds(1));
        Link link = open(connector(Map.of("queue", 2), deadlines));
        link.send(text("one"));
        link.send(text("two"));
        assertThatFailure(() -> link.send(text("three"))).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT));
    }
}
