package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's decoder is the judge. */
class Utf8Test {

    private static final int[] NONE = {};
    private static final int[] EDGES = {0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0};

    private final CharsetDecoder judge = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    @Test
    void everyCharacterIsAccepted() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
                assertThat(accepts(bytes)).as("U+%X", c).isTrue();
            }
        }
    }

    /** All sequences of two bytes; of three and four those with an edge case in each place. */
    @Test
    void everySequenceIsJudgedAsTheDecoderDoes() throws Exception {
        for (int first = 0; first < 256; first++) {
            same((byte) first);
            for (int second = 0; second < 256; second++) {
                same((byte) first, (byte) second);
                for (int third : first >= 0xc0 ? EDGES : NONE) {
                    same((byte) first, (byte) second, (byte) third);
                    for (int fourth : first >= 0xef ? EDGES : NONE) {
                        same((byte) first, (byte) second, (byte) third, (byte) fourth);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "c080", "c1bf", "e08080", "e09fbf", "f0808080", "f08fbfbf", // overlong
            "eda080", "edbfbf", "eda080edb080", // surrogates
            "f4908080", "f5808080", "f8888080", "fc84808080", "fe", "ff", // beyond U+10FFFF
            "80", "bf", "c2", "e282", "f09f98", "c241", "e28241", "f09f9841", "61c3"})
    void whatIsNoUtf8IsRefusedWhereverItIsCut(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        byte[] behindAscii = new byte[bytes.length + 21];
        System.arraycopy(bytes, 0, behindAscii, 21, bytes.length);
        for (byte[] message : new byte[][] {bytes, behindAscii}) {
            for (int cut = 0; cut <= message.length; cut++) {
                assertThat(acceptsInTwo(message, cut)).as("cut at %d", cut).isFalse();
            }
        }
    }

    @Test
    void randomTextAndItsDamagedCopiesAreJudgedAsTheDecoderDoesWhereverTheyAreCut()
            throws Exception {
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = text(random).getBytes(StandardCharsets.UTF_8);
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            boolean valid = valid(bytes);
            for (int cut = 0; cut <= bytes.length; cut++) {
                assertThat(acceptsInTwo(bytes, cut)).as("seed %d, cut at %d", seed, cut)
                        .isEqualTo(valid);
            }
        }
    }

    @Test
    void aNewMessageForgetsTheHalfCharacterOfTheLast() {
        Utf8 utf8 = new Utf8();
        assertThat(utf8.accept(ByteBuffer.wrap(new byte[] {(byte) 0xe2}))).isTrue();
        assertThat(utf8.atCharacterEnd()).isFalse();
        utf8.reset();
        assertThat(utf8.accept(ByteBuffer.wrap(new byte[] {'a'}))).isTrue();
        assertThat(utf8.atCharacterEnd()).isTrue();
    }

    @Test
    void theBufferIsLeftAsItWas() {
        ByteBuffer bytes = ByteBuffer.wrap("...äö€".getBytes(StandardCharsets.UTF_8)).position(3);
        new Utf8().accept(bytes);
        assertThat(bytes.position()).isEqualTo(3);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(12);
        int[] ends = {0x7f, 0x7f, 0x7ff, 0xd7ff, 0x10ffff};
        for (int i = 0; i < length; i++) {
            int c = random.nextInt(ends[random.nextInt(ends.length)] + 1);
            text.appendCodePoint(Character.isBmpCodePoint(c) && Character.isSurrogate((char) c)
                    ? 'x'
                    : c);
        }
        return text.toString();
    }

    private void same(byte... bytes) throws CharacterCodingException {
        if (accepts(bytes) != valid(bytes)) {
            throw new AssertionError(HexFormat.of().formatHex(bytes) + " is valid: " + valid(bytes));
        }
    }

    private boolean valid(byte[] bytes) {
        try {
            judge.decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean accepts(byte[] bytes) {
        Utf8 utf8 = new Utf8();
        return utf8.accept(ByteBuffer.wrap(bytes)) && utf8.atCharacterEnd();
    }

    private static boolean acceptsInTwo(byte[] bytes, int cut) {
        Utf8 utf8 = new Utf8();
        return utf8.accept(ByteBuffer.wrap(bytes, 0, cut))
                && utf8.accept(ByteBuffer.wrap(bytes, cut, bytes.length - cut))
                && utf8.atCharacterEnd();
    }
}
