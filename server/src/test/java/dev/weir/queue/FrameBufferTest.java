package dev.weir.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.queue.WireReader.WireFrame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBufferTest {

    private final BufferPool pool = new BufferPool(1 << 20);
    private final Random random = new Random(7);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 32_767, 32_768, 65_534, 65_535,
            65_536})
    void aFrameOfAnySizeIsReadBackAsItWasWritten(int size) {
        for (int opcode : new int[] {Opcode.CONTINUATION, Opcode.TEXT, Opcode.BINARY}) {
            for (boolean fin : new boolean[] {true, false}) {
                ByteBuffer payload = bytes(size);
                FrameBuffer buffer = buffer(size);
                buffer.append(opcode, fin, payload);

                assertThat(WireReader.frames(buffer.encoded()))
                        .containsExactly(new WireFrame(opcode, fin, payload));
                FrameBuffer.Frame own = buffer.frameAt(0);
                assertThat(own.opcode()).isEqualTo(opcode);
                assertThat(own.fin()).isEqualTo(fin);
                assertThat(own.payload()).isEqualTo(payload);
                assertThat(buffer.payloadBytes()).isEqualTo(size);
                pool.release(buffer);
            }
        }
        assertThat(pool.used()).isZero();
    }

    @Test
    void allSizesUpToTheLongHeaderAreReadBack() {
        for (int size = 0; size <= 1000; size++) {
            FrameBuffer buffer = buffer(size);
            ByteBuffer payload = bytes(size);
            buffer.append(Opcode.BINARY, true, payload);
            assertThat(WireReader.frames(buffer.encoded()).getFirst().payload())
                    .as("size %d", size)
                    .isEqualTo(payload);
            pool.release(buffer);
        }
    }

    @Test
    void manyMessagesInARowAreReadBackInOrder() {
        FrameBuffer buffer = buffer(FrameBuffer.PAYLOAD_MAX);
        int size = 0;
        int count = 0;
        while (buffer.fits(size)) {
            buffer.append(Opcode.TEXT, true, ByteBuffer.wrap(new byte[size]));
            count++;
            size += 37;
        }
        List<WireFrame> frames = WireReader.frames(buffer.encoded());
        assertThat(frames).hasSize(count);
        int offset = 0;
        for (int i = 0; i < count; i++) {
            assertThat(frames.get(i).payload().remaining()).isEqualTo(37 * i);
            assertThat(buffer.frameAt(offset).payload().remaining()).isEqualTo(37 * i);
            offset += FrameBuffer.headerLength(37 * i) + 37 * i;
        }
        assertThat(buffer.messages()).isEqualTo(count);
    }

    @Test
    void whenTheFirstMessageIsDroppedTheRestIsStillAStream() {
        FrameBuffer buffer = buffer(1000);
        for (int size : new int[] {300, 10, 0}) {
            buffer.append(Opcode.BINARY, true, ByteBuffer.wrap(new byte[size]));
        }
        assertThat(buffer.dropFirst()).isEqualTo(300);
        assertThat(WireReader.frames(buffer.encoded())).extracting(f -> f.payload().remaining())
                .containsExactly(10, 0);
        assertThat(buffer.payloadBytes()).isEqualTo(10);
        assertThat(buffer.frameAt(0).payload().remaining()).isEqualTo(10);
    }

    @Test
    void onlyTheLastPartOfAMessageCountsAsAMessage() {
        FrameBuffer first = buffer(10);
        first.append(Opcode.TEXT, false, ByteBuffer.wrap(new byte[10]));
        assertThat(first.fragment()).isTrue();
        assertThat(first.unfinished()).isTrue();
        assertThat(first.messages()).isZero();
        assertThat(first.fits(1)).as("a message behind a fragment").isFalse();

        FrameBuffer last = buffer(10);
        last.append(Opcode.CONTINUATION, true, ByteBuffer.wrap(new byte[10]));
        assertThat(last.fragment()).isTrue();
        assertThat(last.unfinished()).isFalse();
        assertThat(last.messages()).isEqualTo(1);
    }

    @Test
    void aFragmentGrowsByWhatFollowsItWhateverItsHeaderBecomes() {
        for (int opcode : new int[] {Opcode.TEXT, Opcode.CONTINUATION}) {
            FrameBuffer buffer = buffer(FrameBuffer.PAYLOAD_MAX);
            ByteBuffer whole = bytes(FrameBuffer.PAYLOAD_MAX);
            buffer.append(opcode, false, whole.slice(0, 0));
            int at = 0;
            for (int size : new int[] {1, 0, 124, 1, 65_408, 1, 1}) {
                assertThat(buffer.canExtend(size)).isTrue();
                buffer.extend(false, whole.slice(at, size));
                at += size;
                assertThat(WireReader.frames(buffer.encoded()))
                        .containsExactly(new WireFrame(opcode, false, whole.slice(0, at)));
            }
            assertThat(buffer.canExtend(1)).isFalse();
            buffer.extend(true, whole.slice(0, 0));
            assertThat(WireReader.frames(buffer.encoded()))
                    .containsExactly(new WireFrame(opcode, true, whole));
            assertThat(buffer.messages()).isEqualTo(1);
            assertThat(buffer.fragment()).isEqualTo(opcode == Opcode.CONTINUATION);
            pool.release(buffer);
        }
    }

    private FrameBuffer buffer(int payload) {
        FrameBuffer buffer = pool.tryAcquire(FrameBuffer.HEADER_MAX + payload);
        if (buffer == null) {
            throw new AssertionError("no memory");
        }
        return buffer;
    }

    private ByteBuffer bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
