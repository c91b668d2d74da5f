package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pair.Side;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How sessions end: what the one who ends it, or does wrong, sees; and what the other side is told.
 */
class CloseTest {

    private static final String CLIENT_GONE = "1001 the other side went away";
    private static final String WORKER_GONE = "1014 the worker failed";

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private RawPeer ender(Side side) throws Exception {
        return weir.open("/" + side.label() + "/a");
    }

    private RawPeer other(Side side) throws Exception {
        return weir.open("/" + side.other().label() + "/a");
    }

    /** What the innocent side is told when the other one vanishes or does wrong. */
    private static String toldOfFailureOf(Side side) {
        return side == Side.CLIENT ? CLIENT_GONE : WORKER_GONE;
    }

    private static Stream<Arguments> bothSides(List<?> cases) {
        return Stream.of(Side.values())
                .flatMap(side -> cases.stream().map(one -> Arguments.of(side, one)));
    }

    static List<Frame> closes() {
        return List.of(
                Frame.close(1000, ""), Frame.close(1000, "bye"), Frame.close(1001, "navigated"),
                Frame.close(1002, "you"), Frame.close(1003, ""), Frame.close(1007, ""),
                Frame.close(1008, "policy"), Frame.close(1009, ""), Frame.close(1010, ""),
                Frame.close(1011, "a bug"), Frame.close(1012, ""), Frame.close(1013, "later"),
                Frame.close(1014, ""), Frame.close(3000, ""), Frame.close(3999, "x".repeat(123)),
                Frame.close(4000, "größer"), Frame.close(4999, "€"), Frame.emptyClose());
    }

    static Stream<Arguments> legalCloses() {
        return bothSides(closes());
    }

    @ParameterizedTest
    @MethodSource("legalCloses")
    void whatAPeerSaysWhenItClosesIsPassedOn(Side side, Frame close) throws Exception {
        RawPeer ender = ender(side);
        RawPeer other = other(side);
        ender.send(close);
        assertThat(other.end()).isEqualTo(close.asClose());
        // The answer carries the same code (RFC 6455 section 5.5.1); the reason need not be there.
        String code = close.asClose().split(" ", 2)[0];
        assertThat(ender.end()).startsWith(code);
        assertThat(weir.endOf(ender)).isEqualTo("closed");
        assertThat(weir.endOf(other)).isEqualTo("partner-closed");
    }

    static Stream<Arguments> illegalCloses() {
        return bothSides(List.of(
                Frame.close(0, ""), Frame.close(999, ""), Frame.close(1004, ""),
                Frame.close(1005, ""), Frame.close(1006, ""), Frame.close(1015, ""),
                Frame.close(1016, ""), Frame.close(2999, ""), Frame.close(5000, ""),
                Frame.close(65_535, ""), Frame.of(true, Frame.CLOSE, "x")));
    }

    @ParameterizedTest
    @MethodSource("illegalCloses")
    void aCloseFrameThatIsIllegalIsAProtocolError(Side side, Frame close) throws Exception {
        RawPeer offender = ender(side);
        RawPeer other = other(side);
        offender.send(close);
        assertThat(offender.end()).startsWith("1002");
        assertThat(other.end()).isEqualTo(toldOfFailureOf(side));
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aCloseReasonThatIsNotUtf8IsNotPassedOn(Side side) throws Exception {
        RawPeer offender = ender(side);
        RawPeer other = other(side);
        offender.send(Frame.of(true, Frame.CLOSE, new byte[] {3, (byte) 0xe8, (byte) 0xff}));
        assertThat(offender.end()).matches("100[27].*");
        assertThat(other.end()).isEqualTo(toldOfFailureOf(side));
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aPeerThatFinishesWithoutACloseFrameIsLost(Side side) throws Exception {
        RawPeer lost = ender(side);
        RawPeer other = other(side);
        lost.text("last words").finish();
        assertThat(other.text()).isEqualTo("last words");
        assertThat(other.end()).isEqualTo(toldOfFailureOf(side));
        assertThat(weir.endOf(lost)).isEqualTo("lost");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aPeerThatResetsItsConnectionIsLost(Side side) throws Exception {
        RawPeer lost = ender(side);
        RawPeer other = other(side);
        lost.text("last words");
        assertThat(other.text()).isEqualTo("last words");
        lost.reset();
        assertThat(other.end()).isEqualTo(toldOfFailureOf(side));
        assertThat(weir.endOf(lost)).isEqualTo("lost");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void manyLastWordsAreDeliveredBeforeTheEndIsTold(Side side) throws Exception {
        RawPeer ender = ender(side);
        RawPeer other = other(side);
        for (int i = 0; i < 500; i++) {
            ender.text("word " + i);
        }
        ender.close(4000, "done");
        for (int i = 0; i < 500; i++) {
            assertThat(other.text()).isEqualTo("word " + i);
        }
        assertThat(other.end()).isEqualTo("4000 done");
    }

    @Test
    void aClientThatClosesWhileItWaitsIsAnsweredAndFreesItsKey() throws Exception {
        RawPeer client = weir.client("a");
        client.close(1000, "changed my mind");
        assertThat(client.end()).startsWith("1000");
        RawPeer worker = weir.worker("a");
        weir.client("a").text("next");
        assertThat(worker.text()).isEqualTo("next");
    }

    @Test
    void aWorkerThatClosesWhileItWaitsIsNotGivenToAClient() throws Exception {
        RawPeer gone = weir.worker("a");
        gone.close(1000, "");
        assertThat(gone.end()).startsWith("1000");
        weir.client("a").text("hello");
        assertThat(weir.worker("a").text()).isEqualTo("hello");
    }

    // Offences.

    /** A breach of the rules: what is sent, and the code that answers it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Offence(String name, int code, byte[] bytes) {

        static Offence of(String name, int code, Frame... frames) {
            byte[] all = new byte[0];
            for (Frame frame : frames) {
                byte[] one = frame.masked();
                byte[] longer = Arrays.copyOf(all, all.length + one.length);
                System.arraycopy(one, 0, longer, all.length, one.length);
                all = longer;
            }
            return new Offence(name, code, all);
        }

        static Offence utf8(String name, String... fragments) {
            Frame[] frames = new Frame[fragments.length];
            for (int i = 0; i < fragments.length; i++) {
                frames[i] = Frame.of(i == fragments.length - 1,
                        i == 0 ? Frame.TEXT : Frame.CONTINUATION,
                        HexFormat.of().parseHex(fragments[i]));
            }
            return of(name, 1007, frames);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Frame[] fragments(int count, int size) {
        Frame[] frames = new Frame[count];
        for (int i = 0; i < count; i++) {
            frames[i] = Frame.of(false, i == 0 ? Frame.TEXT : Frame.CONTINUATION, "x".repeat(size));
        }
        return frames;
    }

    static Stream<Arguments> offences() {
        return bothSides(List.of(
                Offence.of("RSV1", 1002, new Frame(true, 4, Frame.TEXT, new byte[3])),
                Offence.of("RSV2", 1002, new Frame(true, 2, Frame.TEXT, new byte[3])),
                Offence.of("RSV3", 1002, new Frame(true, 1, Frame.BINARY, new byte[3])),
                Offence.of("RSV on a ping", 1002, new Frame(true, 4, Frame.PING, new byte[3])),
                new Offence("unmasked", 1002, Frame.text("naked").unmasked()),
                Offence.of("opcode 3", 1002, Frame.of(true, 3, "")),
                Offence.of("opcode 7", 1002, Frame.of(true, 7, "")),
                Offence.of("opcode 11", 1002, Frame.of(true, 11, "")),
                Offence.of("opcode 15", 1002, Frame.of(true, 15, "")),
                Offence.of("long ping", 1002, Frame.of(true, Frame.PING, "x".repeat(126))),
                Offence.of("ping in parts", 1002, Frame.of(false, Frame.PING, "x")),
                Offence.of("long close", 1002, Frame.close(1000, "x".repeat(124))),
                Offence.of("close in parts", 1002, Frame.of(false, Frame.CLOSE, "")),
                Offence.of("continuation first", 1002, Frame.of(true, Frame.CONTINUATION, "x")),
                Offence.of("text within text", 1002,
                        Frame.of(false, Frame.TEXT, "x"), Frame.of(true, Frame.TEXT, "y")),
                new Offence("length over 63 bits", 1002,
                        HexFormat.of().parseHex("82ff8000000000000001aaaaaaaa")),
                Offence.utf8("not UTF-8", "ff"),
                Offence.utf8("overlong", "c0af"),
                Offence.utf8("surrogate", "eda080"),
                Offence.utf8("beyond Unicode", "f4908080"),
                Offence.utf8("stray continuation", "80"),
                Offence.utf8("cut at the end", "61e282"),
                Offence.utf8("cut at the end of the last fragment", "61", "e2", "82"),
                Offence.utf8("broken across fragments", "e2", "28a1"),
                Offence.utf8("broken after an empty fragment", "e2", "", "61"),
                Offence.of("broken far behind the cut-through limit", 1007,
                        Frame.of(false, Frame.TEXT, "x".repeat(70_000)),
                        Frame.of(false, Frame.CONTINUATION, "x".repeat(70_000)),
                        Frame.of(true, Frame.CONTINUATION, new byte[] {(byte) 0xc3})),
                Offence.of("tiny fragments", 1008, fragments(1001, 1)),
                Offence.of("empty fragments", 1008, fragments(1001, 0))));
    }

    @ParameterizedTest
    @MethodSource("offences")
    void anOffenderIsToldItsCodeAndTheInnocentOnlyThatItIsGone(Side side, Offence offence)
            throws Exception {
        RawPeer offender = ender(side);
        RawPeer innocent = other(side);
        offender.text("before").send(offence.bytes());
        assertThat(innocent.text()).isEqualTo("before");
        assertThat(offender.end()).startsWith(offence.code() + " ");
        assertThat(endAfterHalfMessages(innocent)).isEqualTo(toldOfFailureOf(side));
    }

    /** {@return how it ended} Fails when a message came whole that never was. */
    private static String endAfterHalfMessages(RawPeer peer) throws InterruptedException {
        return peer.endAfter(frame -> assertThat(frame.fin()).isFalse());
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aMessageOverTheLimitIsRefusedWith1009AndNeverShownWhole(Side side) throws Exception {
        weir.route("message: { limit: 100KiB }");
        RawPeer offender = ender(side);
        RawPeer innocent = other(side);
        offender.binary(new byte[100 * 1024]);
        assertThat(innocent.binary()).hasSize(100 * 1024);
        offender.sending(() -> offender.binary(new byte[100 * 1024 + 1]));
        assertThat(offender.end()).isEqualTo("1009 message too big");
        assertThat(endAfterHalfMessages(innocent)).isEqualTo(toldOfFailureOf(side));
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aMessageOverTheLimitInFragmentsIsRefusedWith1009(Side side) throws Exception {
        weir.route("message: { limit: 1KiB, cut-through: 1KiB }");
        RawPeer offender = ender(side);
        RawPeer innocent = other(side);
        offender.part(false, Frame.TEXT, "x".repeat(1000))
                .part(false, Frame.CONTINUATION, "x".repeat(25));
        assertThat(offender.end()).isEqualTo("1009 message too big");
        assertThat(innocent.end()).isEqualTo(toldOfFailureOf(side));
    }

    @ParameterizedTest
    @MethodSource("stillSending")
    void anOffenderThatGoesOnSendingStillLearnsItsCode(Side side, Offence offence)
            throws Exception {
        weir.route("message: { limit: 1MiB }");
        RawPeer offender = ender(side);
        RawPeer innocent = other(side);
        offender.sending(() -> {
            offender.send(offence.bytes());
            for (int i = 0; i < 64; i++) {
                offender.binary(new byte[16 * 1024]);
            }
        });
        assertThat(offender.end()).startsWith(offence.code() + " ");
        assertThat(endAfterHalfMessages(innocent)).isEqualTo(toldOfFailureOf(side));
    }

    static Stream<Arguments> stillSending() {
        return bothSides(List.of(
                Offence.of("RSV1", 1002, new Frame(true, 4, Frame.TEXT, new byte[3])),
                new Offence("unmasked", 1002, Frame.text("naked").unmasked()),
                Offence.utf8("not UTF-8", "ff"),
                Offence.of("tiny fragments", 1008, fragments(1001, 1))));
    }

    @Test
    void aHalfMessageOfAVanishedClientIsNotShownWhole() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "small half").roundTrip().finish();
        assertThat(worker.end()).isEqualTo(CLIENT_GONE);
    }

    @Test
    void aHalfMessageThatIsCutThroughIsNotShownWhole() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.part(false, Frame.TEXT, "x".repeat(200_000)).finish();
        assertThat(endAfterHalfMessages(worker)).isEqualTo(CLIENT_GONE);
    }

    @Test
    void aPeerThatDoesNotAnswerOurCloseFrameIsDroppedAtTheDeadline() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, close-deadline: 200ms }");
        RawPeer client = weir.dial("/client/a").silent().open();
        RawPeer worker = weir.worker("a");
        worker.close(1000, "");
        assertThat(client.end()).startsWith("1000");
        assertThat(worker.end()).startsWith("1000");
    }

    @Test
    void aPeerThatSendsOnAfterOurCloseFrameIsDroppedAtTheDeadline() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, close-deadline: 200ms }");
        RawPeer client = weir.dial("/client/a").silent().open();
        weir.worker("a").close(1000, "");
        var cutOff = client.sending(() -> {
            while (true) {
                client.text("and another thing");
            }
        });
        assertThat(client.end()).startsWith("1000");
        assertThat(cutOff).failsWithin(RawPeer.PATIENCE);
    }

    @Test
    void aClientIsToldOfItsWorkersEndThoughItsOwnMessagesAreStuck() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, close-deadline: 1h }")
                .route("write-deadline: 1h", "queue: { stall: 1h }");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.dial("/worker/a").stalled().open();
        client.sending(() -> {
            while (true) {
                client.binary(new byte[60_000]);
            }
        });
        RunningRelay.soon().until(() -> weir.blocked(client));
        worker.close(1000, "no more");
        assertThat(client.end()).isEqualTo("1000 no more");
    }

    @Test
    void anIdleSessionIsClosedWith1001OnBothSides() throws Exception {
        weir.route("idle: 300ms");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        assertThat(client.end()).isEqualTo("1001 idle for too long");
        assertThat(worker.end()).isEqualTo("1001 idle for too long");
    }
}
