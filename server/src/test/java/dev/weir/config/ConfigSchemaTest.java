package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The published schema and the records say the same. */
class ConfigSchemaTest {

    private static final JsonPointer ROUTE = JsonPointer.compile("/routes/0");

    /** What a route without a connector must not change; {@link ConnectorConfigTest} does. */
    private static final List<String> WITH_CONNECTOR = List.of("when-open", "forward-headers");

    private final ConfigSchema schema = ConfigSchema.published();

    @Test
    void everyComponentHasAKeyAndEveryKeyHasAComponent() {
        assertSameKeys(Config.class, schema.root(), "");
    }

    @Test
    void everyDefaultInTheSchemaIsTheOneInForce() {
        ObjectNode defaults = new Binding().toTree(Config.defaults());
        JsonNode routes = schema.of(JsonPointer.compile("/routes")).path("default");
        assertThat(routes).hasSize(1);
        routes.path(0)
                .properties()
                .forEach(
                        entry ->
                                assertThat(defaults.at(ROUTE).path(entry.getKey()))
                                        .isEqualTo(entry.getValue()));

        List<String> required = ConfigSchema.texts(schema.of(ROUTE).path("required"));
        List<String> without = new ArrayList<>();
        leaves(defaults, JsonPointer.empty())
                .forEach(
                        pointer -> {
                            JsonNode byDefault = schema.of(pointer).path("default");
                            if (byDefault.isMissingNode()) {
                                without.add(pointer.last().getMatchingProperty());
                            } else {
                                assertThat(byDefault)
                                        .as(Keys.dotted(pointer))
                                        .hasToString(defaults.at(pointer).toString());
                            }
                        });
        assertThat(without).startsWith(required.toArray(String[]::new)).hasSize(3);
        assertThat(without).last().isEqualTo("workers"); // or a connector
    }

    /** Each key is set to something else than its default: then each component must differ. */
    @Test
    void everyKeyReachesItsComponent() throws ConfigException {
        ObjectNode settings = new Binding().toTree(Config.defaults());
        for (JsonPointer pointer : leaves(settings, JsonPointer.empty())) {
            String key = pointer.last().getMatchingProperty();
            if (WITH_CONNECTOR.contains(key) || key.equals("connectors")) {
                continue;
            }
            JsonNode changed = changed(schema.of(pointer), pointer);
            assertThat(changed).as(Keys.dotted(pointer)).isNotEqualTo(settings.at(pointer));
            ((ObjectNode) settings.at(pointer.head()))
                    .set(pointer.last().getMatchingProperty(), changed);
        }

        Config config = new ConfigLoader().parse("changed", settings.toString());

        assertThat(new Binding().toTree(config)).hasToString(settings.toString());
    }

    @Test
    void everyKeyIsDescribedForEditors() {
        for (JsonPointer pointer :
                leaves(new Binding().toTree(Config.defaults()), JsonPointer.empty())) {
            assertThat(schema.of(pointer).path("description").stringValue(""))
                    .as(Keys.dotted(pointer))
                    .isNotEmpty();
            assertThat(schema.of(pointer.head()).path("description").stringValue(""))
                    .as(Keys.dotted(pointer.head()))
                    .isNotEmpty();
        }
    }

    @Test
    void itsDefaultsAndExamplesAreValidByItsOwnWords() {
        ObjectNode defaults = new Binding().toTree(Config.defaults());
        assertThat(schema.violations(defaults)).isEmpty();
        assertThat(JsonMapper.shared().readTree(ConfigSchema.text()).path("$schema").asString())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    }

    private void assertSameKeys(Class<?> record, JsonNode section, String at) {
        List<String> components = new ArrayList<>();
        for (RecordComponent component : record.getRecordComponents()) {
            String key = key(component);
            components.add(key);
            Class<?> inner = inner(component);
            JsonNode child = schema.property(section, key);
            if (inner.isRecord() && inner != ByteSize.class && inner != ConnectorConfig.class) {
                JsonNode innerSection = ConfigSchema.isList(child) ? schema.items(child) : child;
                assertSameKeys(inner, innerSection, at + key + ".");
            }
        }
        assertThat(ConfigSchema.keys(section)).as("keys of " + at).isEqualTo(components);
        assertThat(section.path("additionalProperties")).hasToString("false");
    }

    private static String key(RecordComponent component) {
        return component.getName().equals("clientWait")
                ? "wait"
                : component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Class<?> inner(RecordComponent component) {
        return component.getGenericType() instanceof ParameterizedType list
                ? (Class<?>) list.getActualTypeArguments()[0]
                : component.getType();
    }

    private List<JsonPointer> leaves(JsonNode node, JsonPointer at) {
        List<JsonPointer> leaves = new ArrayList<>();
        if (node instanceof ObjectNode section) {
            for (String key : section.propertyNames()) {
                leaves.addAll(leaves(section.path(key), at.appendProperty(key)));
            }
        } else if (node instanceof ArrayNode list && !list.isEmpty()) {
            leaves.addAll(leaves(list.path(0), at.appendIndex(0)));
        } else {
            leaves.add(at);
        }
        return leaves;
    }

    private JsonNode changed(JsonNode wanted, JsonPointer pointer) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        JsonNode byDefault = wanted.path("default");
        if (wanted.has("enum")) {
            return wanted.path("enum").path(0).equals(byDefault)
                    ? wanted.path("enum").path(1)
                    : wanted.path("enum").path(0);
        }
        if (ConfigSchema.isList(wanted)) {
            boolean origins = Keys.dotted(pointer).endsWith("origins");
            return json.arrayNode().add(origins ? "https://a.example" : "chat.v1");
        }
        if (byDefault.isIntegralNumber()) {
            return json.numberNode(byDefault.longValue() + 1);
        }
        if (byDefault.isNumber()) {
            return json.numberNode(byDefault.doubleValue() / 2);
        }
        if (ConfigSchema.isSecret(wanted)) {
            return json.stringNode("0123456789abcdef");
        }
        String key = Keys.dotted(pointer);
        return switch (wanted.path("x-type").stringValue("")) {
            case "duration" -> json.stringNode(key.endsWith("ping") ? "77s" : "7s");
            case "size" -> json.stringNode(largestBelow(wanted));
            case "path" -> json.stringNode(key.endsWith("clients") ? "/c/{x}" : "/w/{x}");
            default -> json.stringNode("localhost");
        };
    }

    /** A size that every setting of sizes allows, and together: 1GiB, 16MiB, 1MiB or 63KiB. */
    private static String largestBelow(JsonNode wanted) {
        return switch (wanted.path("x-maximum").asString()) {
            case "64KiB" -> "63KiB";
            case "1MiB" -> "1MiB";
            case "16MiB" -> "16MiB";
            default -> "1GiB";
        };
    }
}
