package dev.weir.config;

import dev.weir.connectors.Connector;
import dev.weir.connectors.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The part of the schema that connectors bring: for each installed type one {@code if} its {@code
 * type} is that, {@code then} it has these keys.
 */
final class ConnectorSchema {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LIST_MAX = 100;

    private ConnectorSchema() {}

    /** Adds the keys of every installed type to the definition of a connector. */
    static void complete(ObjectNode definition) {
        ArrayNode types = JSON.arrayNode();
        ArrayNode variants = JSON.arrayNode();
        for (Connector.Provider provider : ConnectorTypes.installed().all()) {
            types.add(provider.type());
            ObjectNode variant = variants.addObject();
            ObjectNode condition = variant.putObject("if");
            condition.putObject("properties").putObject("type").put("const", provider.type());
            condition.putArray("required").add("type");
            then(provider, variant.putObject("then"));
        }
        ((ObjectNode) definition.at("/properties/type")).set("enum", types);
        definition.set("allOf", variants);
        definition.put("unevaluatedProperties", false);
    }

    private static void then(Connector.Provider provider, ObjectNode then) {
        then.put("description", provider.summary());
        ObjectNode properties = then.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (Setting setting : provider.settings().settings()) {
            properties.set(setting.name(), schemaOf(setting));
            if (setting.required()) {
                required.add(setting.name());
            }
        }
        then.set("required", required);
    }

    private static ObjectNode schemaOf(Setting setting) {
        ObjectNode schema = JSON.objectNode();
        schema.put("description", setting.meaning() + ".");
        schema.putArray("examples").add(setting.example());
        switch (setting.type()) {
            case TEXT -> schema.put("type", "string");
            case SECRET -> schema.put("type", "string").put("x-secret", true);
            case URL ->
                    schema.put("type", "string")
                            .put("pattern", "^[a-z][a-z0-9+.-]*://[^\\s]+$")
                            .put("x-hint", "a URL like " + setting.example());
            case DURATION -> {
                amount(schema, "duration")
                        .put("x-maximum", Units.format(Duration.ofMillis(setting.most())));
                if (setting.least() == 0) {
                    schema.put("x-word", "off");
                } else {
                    schema.put("x-minimum", Units.format(Duration.ofMillis(setting.least())));
                }
            }
            case SIZE ->
                    amount(schema, "size")
                            .put("x-minimum", Units.format(new ByteSize(setting.least())))
                            .put("x-maximum", Units.format(new ByteSize(setting.most())));
            case COUNT ->
                    schema.put("type", "integer")
                            .put("minimum", setting.least())
                            .put("maximum", setting.most());
            case SWITCH -> schema.putArray("enum").add("on").add("off");
            case CHOICE -> setting.words().forEach(schema.putArray("enum")::add);
            case TEXTS -> {
                schema.put("type", "array").put("maxItems", LIST_MAX);
                schema.putObject("items").put("type", "string");
            }
        }
        if (setting.hasDefault()) {
            schema.set("default", SettingsBinding.toNode(setting, setting.byDefault()));
        }
        return schema;
    }

    private static ObjectNode amount(ObjectNode schema, String type) {
        return schema.put("type", "string").put("x-type", type);
    }

    /** {@return the schema of a connector with the keys of its type; any other schema as it is} */
    static JsonNode narrow(JsonNode schema, JsonNode connector) {
        String type = connector.path("type").stringValue("");
        if (!schema.has("allOf") || type.isEmpty()) {
            return schema;
        }
        ObjectNode narrow = (ObjectNode) schema.deepCopy();
        narrow.remove("allOf");
        for (JsonNode variant : schema.path("allOf")) {
            if (typeOf(variant).equals(type)) {
                ObjectNode properties = (ObjectNode) narrow.path("properties");
                properties.setAll((ObjectNode) variant.at("/then/properties"));
            }
        }
        return narrow;
    }

    /** {@return a key that some type of connector has; missing when none has it} */
    static JsonNode property(JsonNode section, String key) {
        for (JsonNode variant : section.path("allOf")) {
            JsonNode property = variant.at("/then/properties").path(key);
            if (!property.isMissingNode()) {
                return property;
            }
        }
        return MissingNode.getInstance();
    }

    /** {@return the keys that some type of connector has, beside the common ones} */
    static List<String> keys(JsonNode section) {
        List<String> keys = new ArrayList<>();
        for (JsonNode variant : section.path("allOf")) {
            keys.addAll(variant.at("/then/properties").propertyNames());
        }
        return keys;
    }

    private static String typeOf(JsonNode variant) {
        return variant.at("/if/properties/type/const").stringValue("");
    }
}
