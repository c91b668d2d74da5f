package dev.weir.e2e;

import static dev.weir.e2e.Pair.asReceived;
import static dev.weir.e2e.Pair.deliver;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.e2e.PeerKind.Match;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one side sends is what the other side gets, whoever the two are. */
@ExtendWith(Peers.Shared.class)
final class FidelityTest {

    /** Around every change of the frame header (RFC 6455, 5.2) and of the relay's buffers. */
    private static final int[] SIZES = {0, 1, 125, 126, 127, 65_535, 65_536, 65_537};

    private static final int MANY = 10_000;

    private static WeirProcess weir;

    @BeforeAll
    static void startRelay() throws Exception {
        weir = WeirProcess.start();
    }

    @AfterAll
    static void stopRelay() throws Exception {
        weir.stop();
    }

    static List<Match> everyPair() {
        return Match.everyPair();
    }

    static List<Match> ring() {
        return Match.ring();
    }

    static Stream<Match> everyPairWithAFragmentingSide() {
        return everyPair().stream().filter(match -> match.client().can(Ability.FRAGMENTS)
                || match.worker().can(Ability.FRAGMENTS));
    }

    static Stream<Match> everyPairWithASideThatCutsCharacters() {
        return everyPair().stream().filter(match -> match.client().can(Ability.CUT_CHARACTERS)
                || match.worker().can(Ability.CUT_CHARACTERS));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everySizeOfTextAndBinaryArrivesUnharmedBothWays(Match match, Peers peers)
            throws Exception {
        var messages = textAndBinaryOfEverySize();
        try (var pair = Pair.open(weir, peers, match)) {
            assertThat(deliver(pair.client(), pair.worker(), messages))
                    .isEqualTo(asReceived(messages));
            assertThat(deliver(pair.worker(), pair.client(), messages))
                    .isEqualTo(asReceived(messages));
        }
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void textOfEveryScriptArrivesAsItWasWritten(Match match, Peers peers) throws Exception {
        var texts = List.of(
                "Grüße, 世界", "שלום", "🏳️‍🌈 𝄞", "\u0000\u0001\u007f", "\uFEFFmark", "e\u0301");
        var messages = texts.stream().map(Message::text).toList();
        try (var pair = Pair.open(weir, peers, match)) {
            assertThat(deliver(pair.client(), pair.worker(), messages))
                    .isEqualTo(asReceived(messages));
            assertThat(deliver(pair.worker(), pair.client(), messages))
                    .isEqualTo(asReceived(messages));
        }
    }

    @ParameterizedTest
    @MethodSource("everyPairWithAFragmentingSide")
    void aFragmentedMessageArrivesAsOne(Match match, Peers peers) throws Exception {
        var text = Stream.of("first ", "", "zweites Stück ", "三", "").map(Message::text).toList();
        var binary = Stream.of(1, 0, 125, 70_000, 3).map(FidelityTest::binaryOf).toList();
        var expected = List.of(joined(text).asReceived(), joined(binary).asReceived());
        try (var pair = Pair.open(weir, peers, match)) {
            if (match.client().can(Ability.FRAGMENTS)) {
                pair.client().sendFragments(text);
                pair.client().sendFragments(binary);
                assertThat(pair.worker().inbox().awaitMessages(2)).isEqualTo(expected);
            }
            if (match.worker().can(Ability.FRAGMENTS)) {
                pair.worker().sendFragments(text);
                pair.worker().sendFragments(binary);
                assertThat(pair.client().inbox().awaitMessages(2)).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyPairWithASideThatCutsCharacters")
    void aCharacterCutBetweenTwoFragmentsArrivesWhole(Match match, Peers peers) throws Exception {
        var whole = Message.text("aé三🏴z");
        var bytes = whole.payload();
        var fragments = IntStream.range(0, bytes.length)
                .mapToObj(i -> new Message(Message.Type.TEXT, new byte[] {bytes[i]}, 1))
                .toList();
        try (var pair = Pair.open(weir, peers, match)) {
            if (match.client().can(Ability.CUT_CHARACTERS)) {
                pair.client().sendFragments(fragments);
                assertThat(pair.worker().inbox().awaitMessages(1))
                        .containsExactly(whole.asReceived());
            }
            if (match.worker().can(Ability.CUT_CHARACTERS)) {
                pair.worker().sendFragments(fragments);
                assertThat(pair.client().inbox().awaitMessages(1))
                        .containsExactly(whole.asReceived());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ring")
    void sixteenMebibytesArriveWholeBothWaysAtOnce(Match match, Peers peers) throws Exception {
        var messages = List.of(
                binaryOf(64 * 1024).repeated(256), textOf(64 * 1024).repeated(256));
        try (var pair = Pair.open(weir, peers, match)) {
            messages.forEach(pair.client()::send);
            messages.forEach(pair.worker()::send);
            assertThat(pair.worker().inbox().awaitMessages(2)).isEqualTo(asReceived(messages));
            assertThat(pair.client().inbox().awaitMessages(2)).isEqualTo(asReceived(messages));
        }
    }

    @ParameterizedTest
    @MethodSource("ring")
    void tenThousandMessagesBothWaysAtOnceKeepTheirOrder(Match match, Peers peers)
            throws Exception {
        var questions = numbered("question ");
        var answers = numbered("answer ");
        try (var pair = Pair.open(weir, peers, match)) {
            for (int i = 0; i < MANY; i++) {
                pair.client().send(questions.get(i));
                pair.worker().send(answers.get(i));
            }
            assertThat(pair.worker().inbox().awaitMessages(MANY))
                    .isEqualTo(asReceived(questions));
            assertThat(pair.client().inbox().awaitMessages(MANY))
                    .isEqualTo(asReceived(answers));
        }
    }

    @ParameterizedTest
    @MethodSource("ring")
    void whatAClientSaysBeforeItsWorkerComesIsDeliveredFirst(Match match, Peers peers)
            throws Exception {
        var key = Pair.newKey();
        var client = Pair.connect(peers.get(match.client()), weir, Side.CLIENT.path(key));
        var early = List.of(Message.text("early"), Message.binary(), Message.text(""));
        early.forEach(client::send);
        var worker = Pair.connect(peers.get(match.worker()), weir, Side.WORKER.path(key));
        try (var _ = new Pair(key, client, worker)) {
            client.send(Message.text("late"));
            var all = new ArrayList<>(early);
            all.add(Message.text("late"));
            assertThat(worker.inbox().awaitMessages(4)).isEqualTo(asReceived(all));
        }
    }

    private static List<Message> textAndBinaryOfEverySize() {
        return Arrays.stream(SIZES)
                .boxed()
                .flatMap(size -> Stream.of(textOf(size), binaryOf(size)))
                .toList();
    }

    private static List<Message> numbered(String prefix) {
        return IntStream.range(0, MANY).mapToObj(i -> Message.text(prefix + i)).toList();
    }

    private static Message binaryOf(int size) {
        var data = new byte[size];
        new Random(size).nextBytes(data);
        return Message.binary(data);
    }

    /** Text of exactly so many bytes, most of them in characters of several bytes. */
    private static Message textOf(int size) {
        var text = new StringBuilder("三é🏴".repeat(size / 9));
        while (text.toString().getBytes(StandardCharsets.UTF_8).length < size) {
            text.append('.');
        }
        return Message.text(text.toString());
    }

    private static Message joined(List<Message> fragments) {
        var type = fragments.getFirst().type();
        int size = fragments.stream().mapToInt(fragment -> fragment.payload().length).sum();
        var whole = ByteBuffer.allocate(size);
        fragments.forEach(fragment -> whole.put(fragment.payload()));
        return new Message(type, whole.array(), 1);
    }
}
