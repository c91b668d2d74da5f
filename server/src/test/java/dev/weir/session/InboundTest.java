package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weir.config.ByteSize;
import dev.weir.config.MessageConfig;
import dev.weir.config.QueueConfig;
import dev.weir.pair.CloseReason;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.WireReader;
import dev.weir.queue.WireReader.WireFrame;
import dev.weir.session.Inbound.Verdict;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A message may have 1000 bytes and 3 tiny fragments; above 100 bytes it is cut through. */
class InboundTest {

    private static final MessageConfig LIMITS =
            new MessageConfig(new ByteSize(1000), new ByteSize(100), 3);
    private static final int POOL = FrameBuffer.PAYLOAD_MAX + FrameBuffer.HEADER_MAX;

    private final BufferPool pool = new BufferPool(4L * POOL);
    private final Outbox outbox = outbox(QueueConfig.defaults());
    private final Inbound inbound = new Inbound(LIMITS, outbox, pool);

    private Outbox outbox(QueueConfig limits) {
        Outbox made = new Outbox(limits, pool, () -> 0L);
        made.attach(() -> {});
        return made;
    }

    @Test
    void aSmallMessageLeavesAsOneFrameWhateverFragmentsItCameIn() throws Exception {
        assertThat(text(false, "hel")).isInstanceOf(Verdict.Accepted.class);
        assertThat(more(false, "")).isInstanceOf(Verdict.Accepted.class);
        assertThat(outbox.depth().messages()).as("not before it is complete").isZero();
        assertThat(more(true, "lo")).isInstanceOf(Verdict.Accepted.class);
        assertThat(sent()).containsExactly("1 fin hello");
        assertThat(pool.used()).isZero();
    }

    @Test
    void anEmptyMessageStaysEmptyWhateverFragmentsItCameIn() throws Exception {
        text(true, "");
        text(false, "");
        assertThat(pool.used()).as("of nothing but an empty message").isLessThanOrEqualTo(4096);
        more(true, "");
        assertThat(sent()).containsExactly("1 fin ", "1 fin ");
        assertThat(pool.used()).isZero();
    }

    @Test
    void emptyFragmentsHoldNoMemory() throws Exception {
        text(false, "");
        assertThat(pool.used()).isZero();
        more(true, "x");
        assertThat(sent()).containsExactly("1 fin x");
        assertThat(pool.used()).isZero();
    }

    @Test
    void aLargeMessageIsCutThroughAsItComes() throws Exception {
        String part = "x".repeat(60);
        text(false, part);
        assertThat(sent()).isEmpty();
        more(false, part);
        assertThat(sent()).as("no longer small").isNotEmpty();
        more(true, "end");
        assertThat(sent()).containsExactly("0 fin end");
        assertThat(pool.used()).isZero();
    }

    @Test
    void aMessageAtTheLimitPassesAndOneByteMoreIsTooBig() throws Exception {
        assertThat(text(true, "x".repeat(1000))).isInstanceOf(Verdict.Accepted.class);
        assertThat(text(true, "x".repeat(1001)))
                .isEqualTo(new Verdict.Offence(CloseReason.MESSAGE_TOO_BIG));
        text(false, "x".repeat(500));
        assertThat(more(true, "x".repeat(501)))
                .isEqualTo(new Verdict.Offence(CloseReason.MESSAGE_TOO_BIG));
    }

    @Test
    void tinyFragmentsAreCountedPerMessageAndTheLastFrameIsNone() throws Exception {
        for (int message = 0; message < 5; message++) {
            text(false, "a");
            more(false, "b");
            assertThat(more(false, "c")).isInstanceOf(Verdict.Accepted.class);
            assertThat(more(true, "d")).isInstanceOf(Verdict.Accepted.class);
        }
        text(false, "a");
        more(false, "b");
        more(false, "x".repeat(16));
        more(false, "c");
        assertThat(more(false, "d"))
                .isEqualTo(new Verdict.Offence(CloseReason.TOO_MANY_FRAGMENTS));
        outbox.discard();
        assertThat(pool.used()).as("an offender's half message").isZero();
    }

    @Test
    void badTextIsRefusedWhereverItIsAndBinaryIsNot() throws Exception {
        byte[] half = {(byte) 0xe2, (byte) 0x82};
        assertThat(inbound.accept(Opcode.TEXT, true, ByteBuffer.wrap(half), true))
                .isEqualTo(new Verdict.Offence(CloseReason.INVALID_UTF8));
        assertThat(inbound.accept(Opcode.BINARY, true, ByteBuffer.wrap(half), true))
                .isInstanceOf(Verdict.Accepted.class);
        assertThat(inbound.accept(Opcode.TEXT, false, ByteBuffer.wrap(half), true))
                .isInstanceOf(Verdict.Accepted.class);
        assertThat(inbound.accept(Opcode.CONTINUATION, true, ByteBuffer.wrap(new byte[] {
            (byte) 0xac
        }), true)).isInstanceOf(Verdict.Accepted.class);
        assertThat(sent()).endsWith("1 fin €");
    }

    @Test
    void withoutMemoryToPutThemTogetherFragmentsTravelAsTheyAre() throws Exception {
        Inbound roomy = new Inbound(MessageConfig.defaults(), outbox, pool);
        roomy.accept(Opcode.BINARY, false, ByteBuffer.allocate(3000), true);
        Outbox greedy = outbox(QueueConfig.defaults());
        for (int i = 0; i < 3; i++) {
            greedy.put(Opcode.BINARY, false, ByteBuffer.allocate(FrameBuffer.PAYLOAD_MAX));
        }
        for (int i = 0; i < 3; i++) {
            greedy.put(Opcode.CONTINUATION, false, ByteBuffer.allocate(10_000));
        }
        // Four kilobytes are still to be had, sixteen are not.
        assertThat(roomy.accept(Opcode.CONTINUATION, true, ByteBuffer.allocate(3000), true))
                .isInstanceOf(Verdict.Accepted.class);
        assertThat(take()).extracting(WireFrame::opcode, WireFrame::fin, f -> f.payload().remaining())
                .containsExactly(tuple(2, false, 3000), tuple(0, true, 3000));
        greedy.discard();
        assertThat(pool.used()).isZero();
    }

    @Test
    void whateverIsSentArrivesAsItWas() throws Exception {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<byte[]> messages = new ArrayList<>();
            ByteArrayOutputStream arriving = new ByteArrayOutputStream();
            List<byte[]> arrived = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                byte[] message = new byte[random.nextInt(1001)];
                random.nextBytes(message);
                messages.add(message);
                int at = 0;
                int opcode = Opcode.BINARY;
                while (opcode != -1) {
                    int left = message.length - at;
                    int part = 16 + random.nextInt(200);
                    int length = random.nextInt(3) == 0 ? left : Math.min(left, part);
                    boolean fin = length == left;
                    inbound.accept(opcode, fin, ByteBuffer.wrap(message, at, length), true);
                    at += length;
                    opcode = fin ? -1 : Opcode.CONTINUATION;
                    for (WireFrame frame : take()) {
                        arriving.writeBytes(bytes(frame));
                        if (frame.fin()) {
                            arrived.add(arriving.toByteArray());
                            arriving.reset();
                        }
                    }
                }
            }
            assertThat(arrived).as("seed %d", seed).hasSameSizeAs(messages);
            for (int i = 0; i < messages.size(); i++) {
                assertThat(arrived.get(i)).as("seed %d, message %d", seed, i)
                        .isEqualTo(messages.get(i));
            }
            assertThat(pool.used()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void afterTheEndNothingIsHeldAndAHalfMessageBecomesNone() throws Exception {
        text(false, "half");
        inbound.close();
        assertThat(pool.used()).isZero();
        assertThat(more(true, "rest")).isInstanceOf(Verdict.Undelivered.class);
        text(false, "another half");
        assertThat(sent()).noneMatch(frame -> frame.contains("rest"));
        outbox.discard();
        assertThat(pool.used()).isZero();
    }

    private Verdict text(boolean fin, String text) throws InterruptedException {
        return inbound.accept(Opcode.TEXT, fin, utf8(text), true);
    }

    private Verdict more(boolean fin, String text) throws InterruptedException {
        return inbound.accept(Opcode.CONTINUATION, fin, utf8(text), true);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> sent() throws InterruptedException {
        return take().stream()
                .map(f -> f.opcode() + (f.fin() ? " fin " : " part ")
                        + new String(bytes(f), StandardCharsets.UTF_8))
                .toList();
    }

    /** Takes all that is queued; the payloads are copies. */
    private List<WireFrame> take() throws InterruptedException {
        List<WireFrame> frames = new ArrayList<>();
        while (!outbox.awaitDrained(0)) {
            FrameBuffer run = Objects.requireNonNull(outbox.take());
            for (WireFrame frame : WireReader.frames(run.encoded())) {
                ByteBuffer copy = ByteBuffer.wrap(bytes(frame));
                frames.add(new WireFrame(frame.opcode(), frame.fin(), copy));
            }
            outbox.release(run);
        }
        return frames;
    }

    private static byte[] bytes(WireFrame frame) {
        byte[] bytes = new byte[frame.payload().remaining()];
        frame.payload().duplicate().get(bytes);
        return bytes;
    }
}
