package dev.weir.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The close codes of the design. */
class EndTest {

    /** What only the offender may hear of (DESIGN: ends). */
    private static final Set<Integer> OFFENDERS = Set.of(1002, 1003, 1007, 1008, 1009);

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void whatASideDidIsNotToldToTheOther(CloseReason reason) {
        for (Side side : Side.values()) {
            End other = new End(side, reason).forOtherSide();
            assertThat(other.side()).isEqualTo(side.other());
            assertThat(other.close().mayBeSent()).as("%s", other).isTrue();
            assertThat(OFFENDERS).doesNotContain(other.close().code());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseReason.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "CLOSED", "PARTNER_CLOSED", "DRAIN", "OPERATOR", "IDLE", "WAIT_EXPIRED",
                "SERVICE_FAILED", "SERVICE_OPEN", "SERVICE_REFUSED", "TOO_MANY_REPLIES"
            })
    void whoeverVanishesOrOffendsTheOtherSideHearsThatItIsNotToBlame(CloseReason reason) {
        assertThat(new End(Side.CLIENT, reason).forOtherSide().close().code()).isEqualTo(1001);
        assertThat(new End(Side.WORKER, reason).forOtherSide().close().code()).isEqualTo(1014);
    }

    @ParameterizedTest
    @EnumSource(names = {"WAIT_EXPIRED", "SERVICE_FAILED", "SERVICE_OPEN", "SERVICE_REFUSED"})
    void whatAServiceDidIsToldToItsClient(CloseReason reason) {
        assertThat(new End(Side.WORKER, reason).forOtherSide())
                .isEqualTo(new End(Side.CLIENT, reason));
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void onlyAnEndWithoutACloseFrameHasACodeThatMayNotBeSent(CloseReason reason) {
        boolean withoutFrame =
                EnumSet.of(CloseReason.LOST, CloseReason.NOT_OPENED).contains(reason);
        assertThat(reason.close().mayBeSent()).isEqualTo(!withoutFrame);
        assertThat(reason.close().code()).isNotIn(1004, 1015);
        assertThat(reason.label()).matches("[a-z0-9-]+");
    }

    @Test
    void everyCodeOfTheDesignHasAReason() {
        assertThat(Arrays.stream(CloseReason.values()).map(reason -> reason.close().code()))
                .contains(1001, 1002, 1007, 1008, 1009, 1011, 1012, 1013, 1014);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
            1014, 3000, 3999, 4000, 4999})
    void aPeersOwnWordsArePassedOnWhereThatIsLegal(int code) {
        Close words = new Close(code, "so be it");
        End other = new End(Side.CLIENT, CloseReason.CLOSED, words).forOtherSide();
        assertThat(other).isEqualTo(new End(Side.WORKER, CloseReason.PARTNER_CLOSED, words));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 999, 1004, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65_535})
    void aCodeThatIsNotLegalIsReplaced(int code) {
        Close words = new Close(code, "so be it");
        assertThat(words.mayBeSent()).isFalse();
        assertThat(new End(Side.CLIENT, CloseReason.CLOSED, words).forOtherSide().close())
                .isEqualTo(CloseReason.PARTNER_GONE.close());
    }

    @Test
    void whatNeitherDidIsToldToBoth() {
        for (CloseReason reason :
                List.of(CloseReason.DRAIN, CloseReason.OPERATOR, CloseReason.IDLE)) {
            assertThat(new End(Side.WORKER, reason).forOtherSide())
                    .isEqualTo(new End(Side.CLIENT, reason));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ä", "€", "😀"})
    void aReasonIsCutToWhatACloseFrameHoldsAndNeverInsideACharacter(String character) {
        String cut = new Close(1000, character.repeat(200)).text();
        int size = character.getBytes(StandardCharsets.UTF_8).length;
        assertThat(cut).isEqualTo(character.repeat(123 / size));
    }
}
