package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The handshake answers of the design; 414 and 431 are Jetty's own. */
class RefusalTest {

    @Test
    void everyAnswerOfTheDesignCanBeGiven() {
        assertThat(Arrays.stream(Refusal.values()).map(Refusal::status))
                .contains(400, 403, 404, 405, 409, 426, 429, 503, 504);
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void whoeverIsToComeBackIsToldWhen(Refusal refusal) {
        Integer after = refusal.retryAfterSeconds();
        if (Set.of(429, 503).contains(refusal.status())) {
            assertThat(after).isNotNull().isPositive();
        } else if (refusal.status() < 500) {
            assertThat(after).as("coming back does not help").isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void aRefusalSaysWhyAndCostsNoStackTrace(Refusal refusal) {
        RefusedException refused = new RefusedException(refusal);
        assertThat(refused).hasMessage(refusal.text());
        assertThat(refused.getStackTrace()).isEmpty();
        assertThat(refusal.text()).isNotBlank().doesNotContain("\n");
    }
}
