package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in comes out: type, bytes, order and message boundaries. */
class FidelityTest {

    private static final int CUT_THROUGH = 64 * 1024;

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String string(int length) {
        return new Random(length).ints(length, ' ', 127)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {
        0, 1, 125, 126, 127, 65_535, 65_536, CUT_THROUGH + 1, 2 * CUT_THROUGH,
        2 * CUT_THROUGH + 1, 3_000_000
    })
    void aMessageOfAnySizeKeepsItsTypeAndBytesBothWays(int size) throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        for (var way : List.of(List.of(client, worker), List.of(worker, client))) {
            RawPeer from = way.getFirst();
            RawPeer to = way.getLast();
            CompletableFuture<Void> sent =
                    from.sending(() -> from.binary(bytes(size)).text(string(size)));
            assertThat(to.binary()).isEqualTo(bytes(size));
            assertThat(to.text()).isEqualTo(string(size));
            sent.get(20, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536})
    void aMessageUpToTheCutThroughLimitLeavesAsOneFrame(int size) throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.binary(bytes(size));
        assertThat(worker.frame()).satisfies(frame -> {
            assertThat(frame.fin()).isTrue();
            assertThat(frame.payload()).isEqualTo(bytes(size));
        });
    }

    @Test
    void aMessageOverTheCutThroughLimitIsForwardedBeforeItsEndIsThere() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "x".repeat(CUT_THROUGH));
        client.part(false, Frame.CONTINUATION, "y");
        Frame first = worker.frame();
        assertThat(first.fin()).isFalse();
        assertThat(first.opcode()).isEqualTo(Frame.TEXT);
        assertThat(first.payload()).startsWith('x');
        client.part(true, Frame.CONTINUATION, "end");
        client.text("next");
        StringBuilder rest = new StringBuilder();
        Frame part = worker.frame();
        while (!part.fin()) {
            rest.append(part.asText());
            part = worker.frame();
        }
        assertThat(first.asText() + rest + part.asText())
                .isEqualTo("x".repeat(CUT_THROUGH) + "y" + "end");
        assertThat(worker.text()).isEqualTo("next");
    }

    @Test
    void aSmallFragmentedMessageLeavesAsOneFrame() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.BINARY, "one ").part(false, Frame.CONTINUATION, "")
                .part(false, Frame.CONTINUATION, "two ").part(true, Frame.CONTINUATION, "three");
        Frame frame = worker.frame();
        assertThat(frame.fin()).isTrue();
        assertThat(frame.opcode()).isEqualTo(Frame.BINARY);
        assertThat(frame.asText()).isEqualTo("one two three");
    }

    @Test
    void emptyFragmentsMakeAnEmptyMessage() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "").part(false, Frame.CONTINUATION, "")
                .part(true, Frame.CONTINUATION, "").text("next");
        assertThat(worker.text()).isEmpty();
        assertThat(worker.text()).isEqualTo("next");
    }

    @Test
    void pingsBetweenFragmentsAreAnsweredAndSplitNothing() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "he").ping("1");
        assertThat(client.pong()).isEqualTo("1");
        client.part(false, Frame.CONTINUATION, "l").send(Frame.of(true, Frame.PONG, "unasked"))
                .ping("");
        assertThat(client.pong()).isEmpty();
        client.part(true, Frame.CONTINUATION, "lo");
        assertThat(worker.text()).isEqualTo("hello");
    }

    @Test
    void aPingBetweenTheFragmentsOfALargeMessageSplitsNothing() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "x".repeat(100_000)).roundTrip()
                .part(true, Frame.CONTINUATION, "y".repeat(100_000));
        assertThat(worker.text()).isEqualTo("x".repeat(100_000) + "y".repeat(100_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125})
    void aPingIsAnsweredWithItsOwnPayload(int size) throws Exception {
        RawPeer client = weir.client("a");
        client.ping(string(size));
        assertThat(client.pong()).isEqualTo(string(size));
    }

    @Test
    void aCharacterMayBeCutAnywhereBetweenFragments() throws Exception {
        String text = "aß€𝄞z";
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        for (int i = 0; i < utf8.length; i++) {
            client.send(Frame.of(i == utf8.length - 1, i == 0 ? Frame.TEXT : Frame.CONTINUATION,
                    new byte[] {utf8[i]}));
        }
        assertThat(worker.text()).isEqualTo(text);
    }

    @Test
    void aFrameThatDripsInByteByByteArrivesWhole() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        for (byte b : Frame.text("drip").masked()) {
            client.send(new byte[] {b});
        }
        assertThat(worker.text()).isEqualTo("drip");
    }

    @ParameterizedTest
    @CsvSource({"0, 20000", "40, 20000", "5000, 2000", "100000, 100"})
    void orderIsKeptBothWaysAtOnce(int padding, int count) throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        String pad = "x".repeat(padding);
        CompletableFuture<Void> up = client.sending(() -> numbers(client, count, pad));
        CompletableFuture<Void> down = worker.sending(() -> numbers(worker, count, pad));
        for (int i = 0; i < count; i++) {
            assertThat(worker.text()).isEqualTo(i + pad);
            assertThat(client.text()).isEqualTo(i + pad);
        }
        CompletableFuture.allOf(up, down).get(20, TimeUnit.SECONDS);
    }

    private static void numbers(RawPeer peer, int count, String pad) {
        for (int i = 0; i < count; i++) {
            peer.text(i + pad);
        }
    }

    @Test
    void messagesOfManySizesInOneBurstKeepTheirBounds() throws Exception {
        int[] sizes = new Random(7).ints(400, 0, 70_000).map(i -> i % 3 == 0 ? i : i % 200)
                .toArray();
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        CompletableFuture<Void> sent = client.sending(() -> {
            for (int size : sizes) {
                client.binary(bytes(size));
            }
        });
        for (int size : sizes) {
            assertThat(worker.binary()).isEqualTo(bytes(size));
        }
        sent.get(20, TimeUnit.SECONDS);
    }

    @Test
    void eachSideGetsItsOwnChoiceOfSubprotocolAndMeetsWhoSpeaksTheSame() throws Exception {
        weir.pool("subprotocols: [json, cbor]");
        RawPeer cbor = weir.dial("/worker").subprotocols("cbor").open();
        RawPeer json = weir.dial("/worker").subprotocols("xml, json").open();
        RawPeer none = weir.open("/worker");
        weir.dial("/client").subprotocols("json, cbor").open().text("for json");
        weir.dial("/client").subprotocols("cbor").open().text("for cbor");
        weir.dial("/client").subprotocols("xml").open().text("for none");
        assertThat(json.text()).isEqualTo("for json");
        assertThat(cbor.text()).isEqualTo("for cbor");
        assertThat(none.text()).isEqualTo("for none");
    }

    @Test
    void aClientWaitsForAWorkerThatSpeaksTheSame() throws Exception {
        RawPeer client = weir.dial("/client/a").subprotocols("v2").open();
        RawPeer old = weir.dial("/worker/a").subprotocols("v1").open();
        client.text("hello");
        assertThat(weir.dial("/worker/a").subprotocols("v2").open().text()).isEqualTo("hello");
        old.roundTrip();
    }

    /** RFC 6455 section 4.1 wants a client to wait for the answer; not all do. */
    @Test
    void whatComesTogetherWithTheHandshakeIsForwarded() throws Exception {
        String request = String.join("\r\n",
                "GET /client/early HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "");
        String frames = new String(Frame.text("first").masked(), StandardCharsets.ISO_8859_1)
                + new String(Frame.text("second").masked(), StandardCharsets.ISO_8859_1);
        try (RawSocket client = new RawSocket(weir.relay().port())) {
            assertThat(client.ask(request + frames).status()).isEqualTo(101);
            RawPeer worker = weir.worker("early");
            assertThat(worker.text()).isEqualTo("first");
            assertThat(worker.text()).isEqualTo("second");
        }
    }
}
