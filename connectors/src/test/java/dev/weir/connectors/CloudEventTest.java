package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CloudEventTest {

    private static final Instant SINCE = Instant.parse("2026-11-22T10:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:05.25Z");
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final Environment environment =
            new Environment(
                    "orders",
                    "n1",
                    Deadlines.defaults(),
                    1024,
                    InstantSource.fixed(NOW),
                    System::nanoTime);

    @Test
    void aMessageCarriesItsOwnIdAndTimeAndWhoSentIt() {
        Message message = Message.outgoing("m-7", true, new byte[0], NOW, TRACE);

        CloudEvent event = CloudEvent.message(environment, caller("robot 7"), message);

        assertThat(event.attributes())
                .containsExactly(
                        entry("specversion", "1.0"),
                        entry("id", "m-7"),
                        entry("source", "/weir/n1/robots"),
                        entry("type", "dev.weir.message"),
                        entry("subject", "robot 7"),
                        entry("weirkey", "robot 7"),
                        entry("weirsession", "s-1"),
                        entry("weirroute", "robots"),
                        entry("weiraddress", "192.0.2.1:4711"),
                        entry("time", "2026-11-22T10:00:05.250Z"));
        assertThat(event.traceparent()).isEqualTo(TRACE);
    }

    @Test
    void connectedAndDisconnectedHaveIdsThatAServiceCanDeduplicate() {
        CloudEvent connected = CloudEvent.connected(environment, caller("k"));
        CloudEvent gone =
                CloudEvent.disconnected(environment, caller("k"), new Goodbye(4001, "so long"));

        assertThat(connected.attributes())
                .containsEntry("id", "s-1-connected")
                .containsEntry("type", "dev.weir.connected")
                .containsEntry("time", "2026-11-22T10:00:00Z");
        assertThat(gone.attributes())
                .containsEntry("id", "s-1-disconnected")
                .containsEntry("type", "dev.weir.disconnected")
                .containsEntry("time", "2026-11-22T10:00:05.250Z")
                .containsEntry("weircode", "4001")
                .containsEntry("weirreason", "so long");
    }

    @Test
    void whatIsEmptyIsLeftOut() {
        CloudEvent gone =
                CloudEvent.disconnected(environment, caller(""), Goodbye.NORMAL);

        assertThat(gone.attributes()).doesNotContainKeys("subject", "weirkey", "weirreason");
    }

    @Test
    void valuesAreEncodedForHeadersOfAscii() {
        CloudEvent event = CloudEvent.connected(environment, caller("Zoë \"100%\"\r\n/\u007f😀"));

        assertThat(event.encoded("ce-"))
                .containsEntry(
                        "ce-subject", "Zo%C3%AB%20%22100%25%22%0D%0A/%7F%F0%9F%98%80")
                .containsEntry("ce-specversion", "1.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "Text/HTML; charset=UTF-8",
                "application/json",
                "application/problem+json",
                "image/svg+xml",
                "application/json;charset=\"utf-8\""
            })
    void theseAreText(String contentType) {
        assertThat(CloudEvent.received(contentType, new byte[] {'a'}, false).isText()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/octet-stream",
                "image/png",
                "application/json-seq",
                "text/plain;charset=no-such-thing",
                "text/plain;charset=***"
            })
    void theseAreBinary(String contentType) {
        assertThat(CloudEvent.received(contentType, new byte[] {'a'}, true).isText()).isFalse();
    }

    @Test
    void withoutAContentTypeItIsWhatWeSay() {
        assertThat(CloudEvent.received(null, new byte[1], true).isText()).isTrue();
        assertThat(CloudEvent.received(" ", new byte[1], false).isText()).isFalse();
    }

    @Test
    void anotherCharsetIsConverted() {
        byte[] latin = "Zoë".getBytes(StandardCharsets.ISO_8859_1);

        Message message = CloudEvent.received("text/plain; charset=ISO-8859-1", latin, false);

        assertThat(message.asText()).isEqualTo("Zoë");
    }

    private static Caller caller(String key) {
        return new Caller(
                "s-1",
                "robots",
                key,
                Map.of(),
                "192.0.2.1:4711",
                List.of(),
                Map.of(),
                null,
                SINCE);
    }
}
