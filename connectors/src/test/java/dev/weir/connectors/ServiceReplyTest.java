package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceReplyTest {

    @Test
    void theContentTypeSaysWhetherItIsText() {
        assertThat(message("application/json", "{}".getBytes(UTF_8)).isText()).isTrue();
        assertThat(message("application/octet-stream", "{}".getBytes(UTF_8)).isText()).isFalse();
    }

    @Test
    void withoutContentTypeItIsTextIfItCanBe() {
        assertThat(message("", "grün".getBytes(UTF_8)).isText()).isTrue();
        assertThat(message("", new byte[] {(byte) 0xc3}).isText()).isFalse();
    }

    @Test
    void aReplyOfTypeDisconnectedIsAGoodbye() {
        assertThat(goodbye(Map.of("weircode", "4001", "weirreason", "enough")))
                .isEqualTo(new Goodbye(4001, "enough"));
        assertThat(goodbye(Map.of())).isEqualTo(new Goodbye(1000, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "999", "5000", "-1", "soon", "10000"})
    void aCodeThatNoFrameMayCarryIsTheNormalOne(String code) {
        assertThat(goodbye(Map.of("weircode", code)).code()).isEqualTo(1000);
    }

    @Test
    void aReasonIsCutToWhatAFrameCarries() {
        Goodbye goodbye = goodbye(Map.of("weirreason", "ü".repeat(100)));
        assertThat(goodbye.reason()).isEqualTo("ü".repeat(61));
    }

    private static Message message(String contentType, byte[] payload) {
        return (Message) ServiceReply.of(contentType, payload, name -> null);
    }

    private static Goodbye goodbye(Map<String, String> attributes) {
        return (Goodbye) ServiceReply.of(null, new byte[0], name ->
                name.equals("type") ? "dev.weir.disconnected" : attributes.get(name));
    }
}
