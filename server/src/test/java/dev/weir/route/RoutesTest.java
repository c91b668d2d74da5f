package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.RouteConfig;
import dev.weir.pair.Side;
import dev.weir.route.Routes.Match;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {

    private final Routes routes = new Routes(List.of(
            RouteConfig.of("any", "/{kind}/{id}", "/work/{kind}/{id}"),
            RouteConfig.of("robots", "/robots/{id}", "/work/robots/{id}"),
            RouteConfig.of("chief", "/robots/chief", "/work/robots/chief"),
            RouteConfig.of("pool", "/transcribe", "/work/transcribe"),
            RouteConfig.of("two", "/two/{a}/{b}", "/back/{b}/{a}")));

    @Test
    void aPathLeadsToItsRouteSideAndKey() {
        assertMatch("/transcribe", "pool", Side.CLIENT, "");
        assertMatch("/work/transcribe", "pool", Side.WORKER, "");
        assertMatch("/robots/r2", "robots", Side.CLIENT, "r2");
        assertMatch("/work/robots/r2", "robots", Side.WORKER, "r2");
    }

    @Test
    void theMostSpecialRouteWinsWhateverTheirOrder() {
        assertMatch("/robots/chief", "chief", Side.CLIENT, "");
        assertMatch("/people/ann", "any", Side.CLIENT, "ann/people"); // by name: id, kind
    }

    @Test
    void clientsAndWorkersMeetWhateverTheOrderOfTheirVariables() {
        assertMatch("/two/1/2", "two", Side.CLIENT, "1/2");
        assertMatch("/back/2/1", "two", Side.WORKER, "1/2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/robots", "/robots/", "/ROBOTS/r2/x", "/transcribe/", "//",
            "/two/1/2/3", "transcribe"})
    void otherPathsLeadNowhere(String path) {
        assertThat(routes.find(path)).isNull();
    }

    private void assertMatch(String path, String route, Side side, String key) {
        Match match = Objects.requireNonNull(routes.find(path), path);
        assertThat(match.route().name()).isEqualTo(route);
        assertThat(match.side()).isEqualTo(side);
        assertThat(match.key()).isEqualTo(key);
    }
}
