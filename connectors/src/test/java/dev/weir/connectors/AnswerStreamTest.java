package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnswerStreamTest {

    private static final String SSE = "text/event-stream";
    private static final String NDJSON = "application/x-ndjson";

    private final List<String> messages = new ArrayList<>();

    private AnswerStream stream(String type, long limit) {
        return requireNonNull(
                AnswerStream.of(type, limit, utf8 -> messages.add(new String(utf8, UTF_8))));
    }

    private void all(String type, String text) throws Exception {
        AnswerStream stream = stream(type, 1000);
        stream.feed(ByteBuffer.wrap(text.getBytes(UTF_8)));
        stream.end(true);
    }

    @Test
    void otherTypesAreNoStreams() {
        assertThat(AnswerStream.of("application/json", 10, utf8 -> {})).isNull();
    }

    @Test
    void eachEventIsAMessage() throws Exception {
        all(SSE, """
                : a comment
                retry: 10
                event: token
                id: 7
                data: one

                data:two
                data: and a half
                dataset: no data

                data:  three

                event: without data

                data

                data:

                """);

        assertThat(messages).containsExactly("one", "two\nand a half", " three", "", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void linesEndInAnyOfThreeWays(String end) throws Exception {
        all(SSE, "data: one" + end + "data: 1" + end + end + "data: two" + end + end);

        assertThat(messages).containsExactly("one\n1", "two");
    }

    @Test
    void aByteOrderMarkAtTheStartIsNothing() throws Exception {
        all(SSE, "\uFEFFdata: one\n\n\uFEFFdata: two\n\ndata: \uFEFF\n\n");

        assertThat(messages).containsExactly("one", "\uFEFF");
    }

    @Test
    void eachLineIsAMessage() throws Exception {
        all(NDJSON, "{\"a\":1}\n\r\n\n{\"b\":2}\r\n{\"c\":\"\\n\"}\n");

        assertThat(messages).containsExactly("{\"a\":1}", "{\"b\":2}", "{\"c\":\"\\n\"}");
    }

    @Test
    void theLastLineNeedsNoEndIfTheStreamHasOne() throws Exception {
        AnswerStream stream = stream(NDJSON, 1000);
        stream.feed(ByteBuffer.wrap("{}\n{\"a\":1}".getBytes(UTF_8)));

        stream.end(true);

        assertThat(messages).containsExactly("{}", "{\"a\":1}");
    }

    @Test
    void aLineThatTheEndOfTheConnectionCutsIsNoMessage() throws Exception {
        AnswerStream stream = stream(NDJSON, 1000);
        stream.feed(ByteBuffer.wrap("{}\n{\"a\":1".getBytes(UTF_8)));

        assertThatThrownBy(() -> stream.end(false)).isInstanceOf(EOFException.class);
        assertThat(messages).containsExactly("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: half", "data: half\n", "data"})
    void anEventThatNoEmptyLineEndsIsNoMessage(String half) throws Exception {
        AnswerStream stream = stream(SSE, 1000);
        stream.feed(ByteBuffer.wrap(("data: whole\n\n" + half).getBytes(UTF_8)));

        assertThatThrownBy(() -> stream.end(true)).isInstanceOf(EOFException.class);
        assertThat(messages).containsExactly("whole");
    }

    @Test
    void aCommentAtTheEndIsNothing() throws Exception {
        all(SSE, "data: whole\n\n: ping");

        assertThat(messages).containsExactly("whole");
    }

    @ParameterizedTest
    @ValueSource(strings = {SSE, NDJSON})
    void itDoesNotMatterWhereTheNetworkCuts(String type) throws Exception {
        byte[] bytes = (type.equals(SSE)
                        ? "\uFEFFdata: grüße\r\ndata: 🌊\r\n\r\n: x\r\rdata:世界\n\nid: 1\ndata\n\n"
                        : "\"grüße\\n🌊\"\r\n\r\n\"世界\"\n\n\"x\"\n")
                .getBytes(UTF_8);
        all(type, new String(bytes, UTF_8));
        List<String> expected = List.copyOf(messages);
        assertThat(expected).hasSize(3);

        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                messages.clear();
                AnswerStream stream = stream(type, 1000);
                stream.feed(ByteBuffer.wrap(bytes, 0, first));
                stream.feed(ByteBuffer.wrap(bytes, first, second - first));
                stream.feed(ByteBuffer.wrap(bytes, second, bytes.length - second));
                stream.end(true);
                assertThat(messages).as("cut at %d and %d", first, second).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: %s\n\n", "data:%s\r\n\r\n", "\uFEFFdata: %s\r\r"})
    void theLargestEventPassesAndOneByteMoreDoesNot(String event) throws Exception {
        stream(SSE, 10).feed(wrapped(event.formatted("0123456789")));
        assertThat(messages).containsExactly("0123456789");

        AnswerStream stream = stream(SSE, 10);
        assertThatThrownBy(() -> stream.feed(wrapped(event.formatted("0123456789a"))))
                .isInstanceOf(AnswerStream.TooLargeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "%s\r\n"})
    void theLargestLinePassesAndOneByteMoreDoesNot(String line) throws Exception {
        stream(NDJSON, 10).feed(wrapped(line.formatted("0123456789")));
        assertThat(messages).containsExactly("0123456789");

        AnswerStream stream = stream(NDJSON, 10);
        assertThatThrownBy(() -> stream.feed(wrapped(line.formatted("0123456789a"))))
                .isInstanceOf(AnswerStream.TooLargeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {SSE, NDJSON})
    void whatNeverEndsIsNotKept(String type) {
        AnswerStream stream = stream(type, 1000);
        assertThatThrownBy(() -> {
            for (int i = 0; i < 3000; i++) {
                stream.feed(wrapped(i % 7 == 0 && type.equals(SSE) ? "\ndata:" : "x"));
            }
        }).isInstanceOf(AnswerStream.TooLargeException.class);
        assertThat(messages).isEmpty();
    }

    private static ByteBuffer wrapped(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
