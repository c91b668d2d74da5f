package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate (RFC 7692) is each hop's own affair. */
class CompressionTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final Inflater inflater = new Inflater(true);

    @BeforeEach
    void agreeToCompress() {
        weir.route("compression: on", "message: { limit: 1MiB }");
    }

    private RawPeer compressing(String path) throws Exception {
        return weir.dial(path).header("Sec-WebSocket-Extensions: permessage-deflate").open();
    }

    /** RFC 7692 section 7.2.1. */
    private byte[] compressed(byte[] plain) {
        if (plain.length == 0) {
            return new byte[1]; // section 7.2.3.6
        }
        deflater.setInput(plain);
        byte[] buffer = new byte[plain.length + 1000];
        int length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(buffer, length - 4);
    }

    private byte[] compressed(String plain) {
        return compressed(plain.getBytes(StandardCharsets.UTF_8));
    }

    private static Frame first(boolean fin, int opcode, byte[] part) {
        return new Frame(fin, Frame.RSV1, opcode, part);
    }

    /** {@return the content of the next message, which must be compressed} */
    private byte[] inflated(RawPeer peer) throws Exception {
        Frame message = peer.message();
        assertThat(message.rsv()).isEqualTo(Frame.RSV1);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        inflate(message.payload(), plain);
        inflate(new byte[] {0, 0, (byte) 0xff, (byte) 0xff}, plain);
        return plain.toByteArray();
    }

    private void inflate(byte[] bytes, ByteArrayOutputStream plain) throws DataFormatException {
        inflater.setInput(bytes);
        byte[] buffer = new byte[8192];
        for (int n = inflater.inflate(buffer); n > 0; n = inflater.inflate(buffer)) {
            plain.write(buffer, 0, n);
        }
    }

    private static String repeated(int length) {
        return "the same again, ".repeat(length / 16 + 1).substring(0, length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 126, 65_536, 500_000})
    void aPlainWorkerReadsWhatAClientCompressed(int length) throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        for (int i = 0; i < 3; i++) { // the later ones refer to the earlier
            client.send(first(true, Frame.TEXT, compressed(repeated(length))));
            assertThat(worker.text()).isEqualTo(repeated(length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 126, 65_536, 500_000})
    void aCompressingClientReadsWhatAPlainWorkerSays(int length) throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        byte[] noise = new byte[length];
        new Random(length).nextBytes(noise);
        for (int i = 0; i < 3; i++) {
            worker.binary(noise).text(repeated(length));
            assertThat(inflated(client)).isEqualTo(noise);
            assertThat(inflated(client)).asString().isEqualTo(repeated(length));
        }
    }

    @Test
    void manyMessagesAtOnceAreCompressedOneByOneInOrder() throws Exception {
        RawPeer worker = compressing("/worker/a");
        RawPeer client = weir.client("a");
        for (int i = 0; i < 500; i++) {
            client.text("message " + i);
        }
        for (int i = 0; i < 500; i++) {
            assertThat(inflated(worker)).asString().isEqualTo("message " + i);
        }
    }

    @Test
    void whatIsNotCompressedPassesToo() throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        client.text("plain").send(first(true, Frame.TEXT, compressed("squeezed"))).text("plain");
        assertThat(worker.text()).isEqualTo("plain");
        assertThat(worker.text()).isEqualTo("squeezed");
        assertThat(worker.text()).isEqualTo("plain");
    }

    @Test
    void aCompressedMessageMayComeInFragmentsWithPingsBetween() throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        for (int round = 0; round < 3; round++) {
            byte[] all = compressed(repeated(3000) + round);
            client.send(first(false, Frame.TEXT, Arrays.copyOf(all, 5))).roundTrip();
            client.send(Frame.of(true, Frame.CONTINUATION,
                    Arrays.copyOfRange(all, 5, all.length)));
            assertThat(worker.text()).isEqualTo(repeated(3000) + round);
        }
    }

    @Test
    void aBombIsStoppedAtTheMessageLimit() throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        byte[] bomb = compressed(new byte[200 << 20]);
        assertThat(bomb.length).isLessThan(1 << 20);
        client.sending(() -> client.send(first(true, Frame.BINARY, bomb)));
        assertThat(client.end()).startsWith("1009");
        assertThat(worker.endAfter(frame -> assertThat(frame.fin()).isFalse()))
                .isEqualTo("1001 the other side went away");
    }

    @Test
    void aMessageOfTheLimitPassesHoweverSmallItWas() throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        client.send(first(true, Frame.BINARY, compressed(new byte[1 << 20])));
        assertThat(worker.binary()).isEqualTo(new byte[1 << 20]);
    }

    @Test
    void garbageInsteadOfCompressedDataEndsItsSenderOnly() throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        client.send(first(true, Frame.TEXT, new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3}));
        assertThat(client.end()).matches("100[27].*");
        assertThat(worker.end()).isEqualTo("1001 the other side went away");
    }

    @Test
    void textIsCheckedBehindTheCompression() throws Exception {
        RawPeer client = compressing("/client/a");
        RawPeer worker = weir.worker("a");
        client.send(first(true, Frame.TEXT, compressed(new byte[] {'a', (byte) 0xff})));
        assertThat(client.end()).startsWith("1007");
        assertThat(worker.end()).isEqualTo("1001 the other side went away");
    }

    @Test
    void aContinuationMayNotBeMarkedAsCompressed() throws Exception {
        RawPeer client = compressing("/client/a");
        byte[] all = compressed("hello");
        client.send(first(false, Frame.TEXT, all)).send(first(true, Frame.CONTINUATION, all));
        assertThat(client.end()).startsWith("1002");
    }
}
