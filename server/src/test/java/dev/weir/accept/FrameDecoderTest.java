package dev.weir.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.accept.FrameDecoder.Violation;
import dev.weir.queue.Opcode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {

    private static final int[] SIZES = {0, 1, 3, 7, 8, 9, 125, 126, 127, 1000, 65_535, 65_536};

    /** A frame as a client sends it, or as it is told; the payload as a copy. */
    private record Told(int opcode, boolean fin, List<Byte> payload) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000, 1 << 20})
    void aStreamIsReadInWhateverPiecesItComes(int piecesMax) throws Exception {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            List<Told> sent = new ArrayList<>();
            byte[] stream = stream(random, sent, piecesMax < 8 ? 1000 : 70_000);
            List<Told> read = read(stream, random, piecesMax);
            assertThat(messages(read)).as("seed %d", seed).isEqualTo(messages(sent));
        }
    }

    @Test
    void aFrameThatIsThereInWholeIsToldInWhole() throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(frame(true, Opcode.TEXT, new byte[1000], 77));
        stream.writeBytes(frame(false, Opcode.BINARY, new byte[5], 78));
        stream.writeBytes(frame(true, FrameDecoder.PING, new byte[125], 79));
        stream.writeBytes(frame(true, Opcode.CONTINUATION, new byte[70_000], 80));
        assertThat(read(stream.toByteArray(), new Random(1), 1 << 20))
                .extracting(Told::opcode)
                .containsExactly(Opcode.TEXT, Opcode.BINARY, FrameDecoder.PING, Opcode.CONTINUATION);
    }

    @Test
    void theRestOfAFrameIsToldAsItsContinuation() throws Exception {
        byte[] stream = frame(true, Opcode.TEXT, new byte[10], 5);
        FrameDecoder decoder = new FrameDecoder();
        decoder.feed(ByteBuffer.wrap(Arrays.copyOf(stream, 12)));
        assertThat(decoder.next()).isTrue();
        assertThat(told(decoder)).isEqualTo(new Told(Opcode.TEXT, false, zeros(6)));
        assertThat(decoder.next()).isFalse();
        decoder.feed(ByteBuffer.wrap(stream, 12, 4));
        assertThat(decoder.next()).isTrue();
        assertThat(told(decoder)).isEqualTo(new Told(Opcode.CONTINUATION, true, zeros(4)));
        assertThat(decoder.next()).isFalse();
    }

    @Test
    void whatNoClientMaySendIsAViolation() {
        assertViolation("reserved bits", 0xc1, 0x80, 0, 0, 0, 0);
        assertViolation("not masked", 0x81, 0x00);
        assertViolation("reserved opcode 3", 0x83, 0x80, 0, 0, 0, 0);
        assertViolation("reserved opcode 15", 0x8f, 0x80, 0, 0, 0, 0);
        assertViolation("continuation of no message", 0x80, 0x80, 0, 0, 0, 0);
        assertViolation("before the end of the last", 1, 0x80, 0, 0, 0, 0, 1, 0x80, 0, 0, 0, 0);
        assertViolation("fragmented or too long", 0x09, 0x80, 0, 0, 0, 0);
        assertViolation("fragmented or too long", 0x88, 0xfe, 0, 126, 0, 0, 0, 0);
        assertViolation("shortest form", 0x81, 0xfe, 0, 125, 0, 0, 0, 0);
        assertViolation("shortest form", 0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0);
        assertViolation("shortest form", 0x81, 0xff, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    }

    private static void assertViolation(String what, int... stream) {
        ByteBuffer bytes = ByteBuffer.allocate(stream.length);
        for (int b : stream) {
            bytes.put((byte) b);
        }
        FrameDecoder decoder = new FrameDecoder();
        decoder.feed(bytes.flip());
        assertThatThrownBy(() -> {
            while (decoder.next()) {
                assertThat(decoder.payload().remaining()).isZero();
            }
        }).isInstanceOf(Violation.class).hasMessageContaining(what);
    }

    /** Random messages in random fragments, with control frames between them. */
    private static byte[] stream(Random random, List<Told> sent, int sizeMax) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        boolean inMessage = false;
        for (int i = 0; i < 20; i++) {
            boolean control = random.nextInt(4) == 0;
            boolean fin = control || random.nextBoolean();
            int opcode = control ? FrameDecoder.PING + random.nextInt(2)
                    : inMessage ? Opcode.CONTINUATION : 1 + random.nextInt(2);
            inMessage = control ? inMessage : !fin;
            int size = Math.min(SIZES[random.nextInt(SIZES.length)], control ? 125 : sizeMax);
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            sent.add(new Told(opcode, fin, list(payload)));
            stream.writeBytes(frame(fin, opcode, payload, random.nextInt()));
        }
        return stream.toByteArray();
    }

    private static List<Told> read(byte[] stream, Random random, int piecesMax) throws Violation {
        FrameDecoder decoder = new FrameDecoder();
        List<Told> read = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            int length = Math.min(stream.length - at, 1 + random.nextInt(piecesMax));
            ByteBuffer piece = ByteBuffer.allocateDirect(length + 3).position(3);
            decoder.feed(piece.put(stream, at, length).flip().position(3));
            while (decoder.next()) {
                read.add(told(decoder));
            }
            at += length;
        }
        return read;
    }

    private static Told told(FrameDecoder decoder) {
        byte[] payload = new byte[decoder.payload().remaining()];
        decoder.payload().get(decoder.payload().position(), payload);
        return new Told(decoder.opcode(), decoder.fin(), list(payload));
    }

    /** The messages and the control frames of a stream, whatever parts they came in. */
    private static List<Told> messages(List<Told> frames) {
        List<Told> messages = new ArrayList<>();
        List<Byte> message = new ArrayList<>();
        int opcode = 0;
        for (Told frame : frames) {
            if (frame.opcode() >= FrameDecoder.CLOSE) {
                messages.add(frame);
                continue;
            }
            opcode = frame.opcode() == Opcode.CONTINUATION ? opcode : frame.opcode();
            message.addAll(frame.payload());
            if (frame.fin()) {
                messages.add(new Told(opcode, true, List.copyOf(message)));
                message.clear();
            }
        }
        return messages;
    }

    private static byte[] frame(boolean fin, int opcode, byte[] payload, int mask) {
        int length = payload.length;
        ByteBuffer frame = ByteBuffer.allocate(14 + length);
        frame.put((byte) ((fin ? 0x80 : 0) | opcode));
        if (length < 126) {
            frame.put((byte) (0x80 | length));
        } else if (length < 65_536) {
            frame.put((byte) 0xfe).putShort((short) length);
        } else {
            frame.put((byte) 0xff).putLong(length);
        }
        byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(mask).array();
        frame.put(key);
        for (int i = 0; i < length; i++) {
            frame.put((byte) (payload[i] ^ key[i % 4]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    private static List<Byte> zeros(int count) {
        return list(new byte[count]);
    }

    private static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>(bytes.length);
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }
}
