package dev.weir.config;

import java.util.List;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Shows the configuration that is in force, every default written out. */
public final class EffectiveConfig {

    private static final String REDACTED = "(secret)";

    private EffectiveConfig() {}

    /** {@return the configuration as YAML that could be a file; secrets are not shown} */
    public static String yaml(Config config) {
        DumpSettings style =
                DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setIndent(2)
                        .setIndicatorIndent(2)
                        .setIndentWithIndicator(true)
                        .build();
        Object plain = JsonMapper.shared().convertValue(tree(config), Object.class);
        return new Dump(style).dumpToString(plain);
    }

    /** {@return the configuration as a tree of settings; secrets are not shown} */
    public static ObjectNode tree(Config config) {
        ObjectNode settings = new Binding().toTree(config);
        ConfigSchema schema = ConfigSchema.published();
        redact(settings, schema, schema.root());
        return settings;
    }

    /** That there is no secret is none. */
    private static void hide(ObjectNode section, String key) {
        if (!section.path(key).asString("?").isEmpty()) {
            section.put(key, REDACTED);
        }
    }

    /** Replaces each value that the schema calls a secret, whatever it is. */
    static void redact(JsonNode settings, ConfigSchema schema, JsonNode wanted) {
        if (settings instanceof ArrayNode list) {
            list.forEach(item -> redact(item, schema, schema.items(wanted)));
        } else if (settings instanceof ObjectNode section) {
            for (String key : List.copyOf(section.propertyNames())) {
                JsonNode wantedOfKey = schema.property(wanted, key);
                if (ConfigSchema.isSecret(wantedOfKey)) {
                    hide(section, key);
                } else {
                    redact(section.path(key), schema, wantedOfKey);
                }
            }
        }
    }
}
