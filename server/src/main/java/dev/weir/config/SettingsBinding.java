package dev.weir.config;

import dev.weir.connectors.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Between a connector's own settings as Java values and as a file has them. */
final class SettingsBinding {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private SettingsBinding() {}

    /** {@return a value as a file has it} */
    static JsonNode toNode(Setting setting, @Nullable Object value) {
        return switch (value) {
            case Duration duration -> JSON.stringNode(Units.format(duration));
            case Long bytes -> JSON.stringNode(Units.format(new ByteSize(bytes)));
            case Integer count -> JSON.numberNode(count);
            case Boolean on -> JSON.stringNode(on ? "on" : "off");
            case String text -> JSON.stringNode(text);
            case List<?> texts -> {
                ArrayNode items = JSON.arrayNode();
                texts.forEach(text -> items.add(String.valueOf(text)));
                yield items;
            }
            case null, default ->
                    throw new IllegalArgumentException(setting.name() + " has no such value");
        };
    }

    /** {@return the value of a setting whose node is valid} */
    private static Object toValue(Setting setting, JsonNode node) {
        return switch (setting.type()) {
            case TEXT, SECRET, URL, CHOICE -> node.asString();
            case DURATION -> Units.parseDuration(node.asString());
            case SIZE -> Units.parseSize(node.asString()).bytes();
            case COUNT -> node.intValue();
            case SWITCH -> node.asString().equals("on");
            case TEXTS -> {
                List<String> texts = new ArrayList<>();
                node.forEach(item -> texts.add(item.asString()));
                yield List.copyOf(texts);
            }
        };
    }

    /** {@return those settings of the type that are in a valid section} */
    static Map<String, Object> read(List<Setting> settings, JsonNode section) {
        Map<String, Object> values = new HashMap<>();
        for (Setting setting : settings) {
            JsonNode node = section.path(setting.name());
            if (!node.isMissingNode()) {
                values.put(setting.name(), toValue(setting, node));
            }
        }
        return values;
    }

    /** Writes values into a section, in the order of the specification. */
    static void write(List<Setting> settings, Map<String, Object> values, ObjectNode section) {
        for (Setting setting : settings) {
            Object value = values.get(setting.name());
            if (value != null) {
                section.set(setting.name(), toNode(setting, value));
            }
        }
    }

    /** Adds what was not set and has a default. */
    static void complete(List<Setting> settings, ObjectNode section) {
        for (Setting setting : settings) {
            if (setting.hasDefault() && !section.has(setting.name())) {
                section.set(setting.name(), toNode(setting, setting.byDefault()));
            }
        }
    }
}
