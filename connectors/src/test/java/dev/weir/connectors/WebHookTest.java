package dev.weir.connectors;

import static dev.weir.connectors.HttpDial.caller;
import static dev.weir.connectors.HttpDial.failure;
import static dev.weir.connectors.HttpDial.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The validation handshake of CloudEvents web hooks. */
@Timeout(60)
final class WebHookTest {

    private final HttpDial dial = new HttpDial();
    private HttpService service;

    @BeforeEach
    void start() throws Exception {
        service = HttpService.start(permitting("weir.example.com", ""));
    }

    @AfterEach
    void stop() {
        dial.close();
        service.close();
    }

    private static HttpService.Worker permitting(String origin, String rate) {
        return call -> {
            if (call.method().equals("OPTIONS")) {
                call.header("WebHook-Allowed-Origin", origin)
                        .header("WebHook-Allowed-Rate", rate);
            }
            call.answer(200);
        };
    }

    private Connector connector(int rate) {
        return dial.connector(service.url("/hook"),
                Map.of("validate", true, "origin", "weir.example.com", "rate", rate,
                        "token", "s3cret"),
                HttpDial.seconds(2));
    }

    @Test
    void permissionIsAskedForOnceAndBeforeTheFirstMessage() throws Exception {
        Connector connector = connector(120);
        connector.open(caller()).send(text("one"));
        connector.open(caller()).send(text("two"));

        assertThat(service.calls()).extracting(HttpService.Call::method)
                .containsExactly("OPTIONS", "POST", "POST");
        HttpService.Call asked = service.calls().getFirst();
        assertThat(asked.path()).isEqualTo("/hook");
        assertThat(asked.header("WebHook-Request-Origin")).isEqualTo("weir.example.com");
        assertThat(asked.header("WebHook-Request-Rate")).isEqualTo("120");
        assertThat(asked.header("Authorization")).isEqualTo("Bearer s3cret");
    }

    @Test
    void aRateIsAskedForOnlyIfThereIsOne() throws Exception {
        connector(0).open(caller());

        assertThat(service.calls().getFirst().header("WebHook-Request-Rate")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "weir.example.com", "Weir.Example.COM"})
    void thatIsPermission(String origin) throws Exception {
        service.becomes(permitting(origin, "*"));
        connector(120).open(caller()).send(text("one"));

        assertThat(service.calls()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "other.example.com, ''", "'*.example.com', ''", "'*', 0", "'*', many"})
    void thatIsNone(String origin, String rate) {
        service.becomes(permitting(origin, rate));
        Connector connector = connector(0);

        assertThat(failure(() -> connector.open(caller())).kind()).isEqualTo(Kind.REJECTED);
        assertThat(failure(connector::check).kind()).isEqualTo(Kind.REJECTED);
        assertThat(service.calls()).extracting(HttpService.Call::method).doesNotContain("POST");
    }

    @Test
    void aServiceThatIsDownIsAskedAgain() throws Exception {
        service.becomes(call -> call.answer(503));
        Connector connector = connector(0);
        assertThat(failure(() -> connector.open(caller())).kind()).isEqualTo(Kind.BUSY);

        service.becomes(permitting("*", ""));
        connector.open(caller()).send(text("one"));

        assertThat(service.calls()).hasSize(3);
    }

    @Test
    void messagesAreSpreadOverTheMinuteAsTheServiceAllows() throws Exception {
        service.becomes(permitting("*", "120"));
        Link link = connector(1000).open(caller());
        long started = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            link.send(text("message " + i));
        }

        assertThat(System.nanoTime() - started).isGreaterThan(Duration.ofMillis(1500).toNanos());
    }

    @Test
    void aMessageWhoseTurnIsTooLateIsNotTried() throws Exception {
        service.becomes(permitting("*", "1"));
        Link link = connector(1000).open(caller());
        link.send(text("one"));

        LinkException failure = failure(() -> link.send(text("two")));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_TRIED);
        assertThat(failure).hasMessageContaining("one message in 60000 ms");
        assertThat(service.calls()).hasSize(2);
    }
}
