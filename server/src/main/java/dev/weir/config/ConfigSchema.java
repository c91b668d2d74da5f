package dev.weir.config;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.PathType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The published JSON Schema (draft 2020-12) of the configuration: what editors complete from is
 * also what decides here which keys there are and which values they take.
 *
 * <p>Beside the standard keywords it has {@code x-type} (duration, size, path), {@code x-minimum}
 * and {@code x-maximum} with units, {@code x-word} (a word accepted beside the amounts), {@code
 * x-hint} (what to say when a pattern does not match) and {@code x-secret} (never printed).
 */
public final class ConfigSchema {

    private static final String RESOURCE = "/weir.schema.json";

    private static final Dialect DIALECT =
            Dialect.builder(Dialects.getDraft202012())
                    .keywords(
                            Stream.of("type", "minimum", "maximum", "word", "hint", "secret")
                                    .map(name -> new NonValidationKeyword("x-" + name))
                                    .toList())
                    .build();

    private final JsonNode root;

    private ConfigSchema(JsonNode root) {
        this.root = root;
    }

    /** {@return the schema that is part of this program, with the connectors that it has} */
    static ConfigSchema published() {
        ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(resource());
        ConnectorSchema.complete((ObjectNode) root.at("/$defs/connector"));
        return new ConfigSchema(root);
    }

    /** {@return a schema from its JSON text} */
    static ConfigSchema of(String json) {
        return new ConfigSchema(JsonMapper.shared().readTree(json));
    }

    /** {@return the schema as it is published} */
    public static String text() {
        return published().root.toPrettyString() + "\n";
    }

    private static String resource() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    /** {@return every violation of the schema, none of them in words for people yet} */
    List<Error> violations(JsonNode settings) {
        SchemaRegistryConfig config =
                SchemaRegistryConfig.builder().pathType(PathType.JSON_POINTER).build();
        SchemaRegistry registry =
                SchemaRegistry.withDialect(
                        DIALECT, builder -> builder.schemaRegistryConfig(config));
        return registry.getSchema(root).validate(settings);
    }

    JsonNode root() {
        return root;
    }

    /** {@return the schema of a setting whatever stands around it; missing if there is none} */
    JsonNode of(JsonPointer setting) {
        return of(setting, MissingNode.getInstance());
    }

    /**
     * {@return the schema of a setting, its reference followed; missing if there is none}
     *
     * @param settings decide which type's keys a connector has
     */
    JsonNode of(JsonPointer setting, JsonNode settings) {
        JsonNode schema = root;
        JsonNode value = settings;
        for (JsonPointer p = setting; !p.matches(); p = p.tail()) {
            if (schema.has("items")) {
                schema = items(schema);
                value = value.path(p.getMatchingIndex());
            } else {
                schema = property(schema, p.getMatchingProperty());
                value = value.path(p.getMatchingProperty());
            }
            schema = ConnectorSchema.narrow(schema, value);
        }
        return schema;
    }

    JsonNode property(JsonNode section, String key) {
        JsonNode common = section.path("properties").path(key);
        return resolve(common.isMissingNode() ? ConnectorSchema.property(section, key) : common);
    }

    JsonNode items(JsonNode list) {
        return resolve(list.path("items"));
    }

    /** {@return the keys that a section may have, in the order of the schema} */
    static List<String> keys(JsonNode section) {
        List<String> keys = new ArrayList<>(section.path("properties").propertyNames());
        keys.addAll(ConnectorSchema.keys(section));
        return keys.stream().distinct().toList();
    }

    static boolean isSection(JsonNode schema) {
        return schema.has("properties");
    }

    static boolean isList(JsonNode schema) {
        return schema.has("items");
    }

    /** {@return whether it can be one text, whatever else it can be} */
    static boolean takesText(JsonNode schema) {
        return texts(schema.path("type")).contains("string");
    }

    static boolean isSecret(JsonNode schema) {
        return schema.path("x-secret").booleanValue(false);
    }

    /** {@return the texts in an array such as {@code enum}} */
    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asString()));
        return texts;
    }

    /** What stands beside a {@code $ref} goes over what it refers to. */
    private JsonNode resolve(JsonNode schema) {
        String reference = schema.path("$ref").stringValue("");
        if (!(schema instanceof ObjectNode beside) || reference.isEmpty()) {
            return schema;
        }
        JsonNode target = root.at(reference.substring(1));
        if (!(target instanceof ObjectNode definition)) {
            return MissingNode.getInstance();
        }
        ObjectNode resolved = definition.deepCopy();
        resolved.setAll(beside);
        resolved.remove("$ref");
        return resolved;
    }
}
