package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.guard.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The example that users copy is valid, complete, and shows the defaults that it says it shows. */
class ExampleTest {

    private Config example = Config.defaults();

    @BeforeEach
    void load() throws ConfigException {
        Path file = Path.of("weir.example.yaml");
        example = new ConfigLoader().load(Optional.of(file), Map.of(), List.of());
    }

    @Test
    void showsTheDefaultsOutsideTheRoutes() {
        Config defaults = Config.defaults();
        assertThat(example)
                .isEqualTo(
                        new Config(
                                defaults.listen(),
                                defaults.admin(),
                                defaults.api(),
                                defaults.limits(),
                                defaults.heartbeat(),
                                defaults.drain(),
                                defaults.log(),
                                defaults.trace(),
                                example.connectors(),
                                defaults.watch(),
                                example.routes()));
    }

    @Test
    void showsTheDefaultsOfAConnector() {
        assertThat(example.connectors()).singleElement().satisfies(connector -> {
            assertThat(connector.policy()).isEqualTo(Policy.defaults());
            assertThat(connector.required()).isFalse();
        });
    }

    @Test
    void showsARouteByKeyAPoolAndAConnector() {
        assertThat(example.routes())
                .extracting(route -> PathTemplate.parse(route.clients()).variables())
                .containsExactly(List.of("robot"), List.of(), List.of("customer"));
    }
}
