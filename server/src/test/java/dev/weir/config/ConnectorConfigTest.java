package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.connectors.Connector;
import dev.weir.connectors.Deadlines;
import dev.weir.connectors.guard.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Connectors in the configuration: their keys follow from their type. */
class ConnectorConfigTest {

    private static final String ALL =
            """
            connectors:
              - name: first
                type: loopback
                answer: "hello {key}"
                answers: 2
                delay: 5ms
                fail-every: 7
                queue: 3
                breaker: {window: time, size: 60, minimum-calls: 5, failure-rate: 20,
                  slow-call: 3s, slow-rate: 80, open: 4s, probes: 2}
                retry: {attempts: 4, backoff: 50ms, backoff-limit: 2s, budget: 10, idempotent: on}
                deadlines: {connect: 1s, send: 2s, answer: 3s}
                bulkhead: {calls: 9, max-wait: off}
                concurrency: 6
                required: on
              - {name: second, type: loopback}
            routes:
              - {name: a, clients: "/a/{x}", connector: first, when-open: fallback,
                 fallback: second, dead-letter: own, forward-headers: [Cookie],
                 on-worker-lost: wait}
              - {name: own, clients: /own, connector: {type: loopback, delay: 9s}}
            """;

    @Test
    void everyKeyReachesItsRecord() throws ConfigException {
        Config config = new ConfigLoader().parse("weir.yaml", ALL);

        ConnectorConfig first = config.connectors().getFirst();
        assertThat(first.name()).isEqualTo("first");
        assertThat(first.required()).isTrue();
        assertThat(first.settings())
                .containsEntry("answer", "hello {key}")
                .containsEntry("answers", 2)
                .containsEntry("delay", Duration.ofMillis(5))
                .containsEntry("fail-every", 7)
                .containsEntry("queue", 3);
        assertThat(first.policy()).isEqualTo(new Policy(
                new Policy.Breaker(Policy.Window.TIME, 60, 5, 20, Duration.ofSeconds(3), 80,
                        Duration.ofSeconds(4), 2),
                new Policy.Retry(4, Duration.ofMillis(50), Duration.ofSeconds(2), 10, true),
                new Deadlines(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)),
                new Policy.Bulkhead(9, Duration.ZERO),
                6));

        RouteConfig route = config.routes().getFirst();
        assertThat(route.connector()).isEqualTo("first");
        assertThat(route.workers()).isEmpty();
        assertThat(route.whenOpen()).isEqualTo(WhenOpen.FALLBACK);
        assertThat(route.fallback()).isEqualTo("second");
        assertThat(route.deadLetter()).isEqualTo("own");
        assertThat(route.forwardHeaders()).containsExactly("Cookie");
    }

    @Test
    void whatIsNotSetHasItsDefault() throws ConfigException {
        Config config = new ConfigLoader().parse("weir.yaml", ALL);
        ConnectorConfig second = config.connectors().get(1);
        assertThat(second.policy()).isEqualTo(Policy.defaults());
        assertThat(second.required()).isFalse();
        assertThat(second.settings()).containsEntry("delay", Duration.ZERO);
    }

    @Test
    void aRoutesOwnConnectorIsNamedLikeTheRoute() throws ConfigException {
        Config config = new ConfigLoader().parse("weir.yaml", ALL);
        assertThat(config.connectors()).extracting(ConnectorConfig::name)
                .containsExactly("first", "second", "own");
        assertThat(config.routes().getLast().connector()).isEqualTo("own");
    }

    @Test
    void withAConnectorMessagesAreSmallerByDefault() throws ConfigException {
        Config config = new ConfigLoader().parse("weir.yaml", ALL);
        assertThat(config.routes().getFirst().message().limit()).isEqualTo(ByteSize.mib(1));
    }

    @Test
    void theExampleOfEachConnectorIsValidButForSecretsThatAreNotHere() {
        for (Connector.Provider provider : ConnectorTypes.installed().all()) {
            if (provider.type().equals("scripted")) {
                continue;
            }
            String yaml = "connectors:\n  - name: example\n"
                    + provider.settings().example().strip().indent(4)
                    + "routes:\n  - {name: r, clients: \"/c/{robot}\", connector: example}\n";
            List<String> problems = new ArrayList<>();
            try {
                new ConfigLoader().parse("weir.yaml", yaml);
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
            problems.removeIf(problem -> problem.contains("is not set"));
            assertThat(problems).as(yaml).isEmpty();
        }
    }

    @Test
    void theEffectiveConfigurationIsAFileOfTheSame() throws ConfigException {
        Config config = new ConfigLoader().parse("weir.yaml", ALL);
        String yaml = EffectiveConfig.yaml(config);
        assertThat(new ConfigLoader().parse("effective.yaml", yaml)).isEqualTo(config);
    }

    @Test
    void theDefaultsInTheSchemaAreThoseInForce() {
        ConfigSchema schema = ConfigSchema.published();
        JsonNode defaults = new ConnectorBinding(mapper(), ConnectorTypes.installed()).defaults();
        for (String section : List.of("breaker", "retry", "deadlines", "bulkhead")) {
            JsonNode properties = schema.property(definition(schema), section).path("properties");
            assertThat(List.copyOf(properties.propertyNames()))
                    .isEqualTo(List.copyOf(defaults.path(section).propertyNames()));
            properties.properties().forEach(entry ->
                    assertThat(defaults.path(section).path(entry.getKey()))
                            .as(section + "." + entry.getKey())
                            .hasToString(entry.getValue().path("default").toString()));
        }
        assertThat(defaults.path("concurrency"))
                .isEqualTo(definition(schema).at("/properties/concurrency/default"));
    }

    private static JsonNode definition(ConfigSchema schema) {
        return schema.root().at("/$defs/connector");
    }

    private static JsonMapper mapper() {
        return new Binding().mapper();
    }

    /** One mistake a line: the route's or the connector's keys, and what is said. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            textBlock =
                    """
# Connectors
{name: c} | | connectors[0]: the key type is missing
{type: loopback} | | connectors[0]: the key name is missing
{name: c, type: loopbak} | | connectors[0].type: must be http
{name: c, type: loopback, dely: 1s} | | connectors[0].dely: unknown key, did you mean delay?
{name: c, type: loopback, delay: 1} | | connectors[0].delay: a duration is written 500ms, 30s, 5m or 1h
{name: c, type: loopback, answers: 0.5} | | connectors[0].answers: must be a whole number, not 0.5
{name: c, type: loopback, breaker: {sise: 1}} | | connectors[0].breaker.sise: unknown key, did you mean size?
{name: c, type: loopback, breaker: {failure-rate: 0}} | | connectors[0].breaker.failure-rate: must be from 1 to 100, not 0
{name: c, type: loopback, breaker: {minimum-calls: 51}} | | connectors[0].breaker.minimum-calls: must be at most breaker.size, 50
{name: c, type: loopback, breaker: {size: 5}} | | connectors[0].breaker.size: must be at least breaker.minimum-calls, 10
{name: c, type: loopback, concurrency: 0} | | connectors[0].concurrency: must be from 1 to 1000, not 0
{name: r, type: loopback} | connector: {type: loopback} | routes[0].connector: "r" is also the name of connectors[0] (weir.yaml:2:12)

# Routes
{name: c, type: loopback} | connector: d | routes[0].connector: there is no connector "d"
{name: orders, type: loopback} | connector: order | routes[0].connector: there is no connector "order", did you mean orders?
{name: c, type: loopback} | connector: 5 | routes[0].connector: must be the name of a connector, or a section with its type and settings, not 5
{name: c, type: loopback} | connector: c, workers: /w | routes[0].connector: a route has either workers or a connector, not both
{name: c, type: loopback} | connector: c, when-open: fallback | routes[0].when-open: fallback needs the key fallback, the name of a connector
{name: c, type: loopback} | connector: c, fallback: c | routes[0].fallback: has no effect without when-open: fallback
{name: c, type: loopback} | connector: c, when-open: fallback, fallback: c | routes[0].fallback: must be another connector than that of the route
{name: c, type: loopback} | connector: c, when-open: wait, wait: off | routes[0].when-open: wait needs a wait, which is off
{name: c, type: loopback} | connector: c, dead-letter: x | routes[0].dead-letter: there is no connector "x"
{name: c, type: loopback} | connector: c, on-worker-lost: reassign | routes[0].on-worker-lost: must be close or wait with a connector, not "reassign"
{name: c, type: loopback} | connector: c, assign: least-loaded | routes[0].assign: has no meaning with a connector
{name: c, type: loopback} | connector: c, on-client-gone: keep | routes[0].on-client-gone: has no meaning with a connector
{name: c, type: loopback} | workers: /w, when-open: wait | routes[0].when-open: has no meaning without a connector
{name: c, type: loopback} | workers: /w, dead-letter: c | routes[0].dead-letter: has no meaning without a connector
{name: c, type: loopback} | workers: /w, forward-headers: [a] | routes[0].forward-headers: has no meaning without a connector
""")
    void aMistakeIsReportedWithItsKey(String connector, String route, String problem) {
        String yaml = "connectors:\n  - " + connector + "\nroutes:\n  - {name: r, clients: /c, "
                + (route == null ? "workers: /w" : route) + "}\n";
        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> new ConfigLoader().parse("weir.yaml", yaml));
        assertThat(refused).as(yaml).isNotNull();
        assertThat(refused.problems()).singleElement().asString().contains(" " + problem);
    }
}
