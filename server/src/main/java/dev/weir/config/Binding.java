package dev.weir.config;

import dev.weir.connectors.guard.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Between the records and settings as a file has them: kebab-case keys, units, on and off. */
final class Binding {

    /** What a route has of its own. */
    private static final Set<String> REQUIRED = Set.of("name", "clients", "workers");

    /** What a route may be without; not there in a file, empty in its record. */
    private static final Set<String> OPTIONAL =
            Set.of("workers", "connector", "fallback", "dead-letter");

    /** A connector gets each message whole: less is the default of what it may be. */
    private static final String LIMIT_WITH_CONNECTOR = "1MiB";

    private final JsonMapper mapper;
    private final ConnectorBinding connectors;

    Binding() {
        SimpleModule module = new SimpleModule("weir");
        module.addSerializer(Duration.class, writer((d, out) -> out.writeString(Units.format(d))));
        module.addDeserializer(Duration.class, reader(in -> Units.parseDuration(in.getString())));
        module.addSerializer(boolean.class, writer(Binding::onOff));
        module.addDeserializer(boolean.class, reader(in -> in.getString().equals("on")));
        module.addSerializer(Secret.class, writer((s, out) -> out.writeString(s.reveal())));
        module.addDeserializer(Secret.class, reader(in -> Secret.of(in.getString())));
        words(module, Assign.class);
        words(module, OnClientGone.class);
        words(module, OnWorkerLost.class);
        words(module, OnDuplicate.class);
        words(module, WhenFull.class);
        words(module, WhenOpen.class);
        words(module, Policy.Window.class);
        words(module, LogConfig.Format.class);
        words(module, LogConfig.Level.class);
        module.addSerializer(
                ConnectorConfig.class, writer((c, out) -> out.writeTree(connectors().write(c))));
        module.addDeserializer(ConnectorConfig.class, treeReader(node -> connectors().read(node)));
        this.mapper =
                JsonMapper.builder()
                        .addModule(module)
                        .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                        .build();
        this.connectors = new ConnectorBinding(mapper, ConnectorTypes.installed());
    }

    JsonMapper mapper() {
        return mapper;
    }

    private ConnectorBinding connectors() {
        return connectors;
    }

    /** {@return every setting of a configuration} */
    ObjectNode toTree(Config config) {
        ObjectNode settings = mapper.valueToTree(config);
        settings.path("routes").forEach(Binding::dropEmpty);
        return settings;
    }

    private static void dropEmpty(JsonNode route) {
        for (String key : OPTIONAL) {
            if (route.path(key).stringValue("").isEmpty()) {
                ((ObjectNode) route).remove(key);
            }
        }
    }

    /**
     * {@return the configuration of settings that are complete and valid}
     *
     * @throws tools.jackson.core.JacksonException if they are not, which is a bug of the checks
     */
    Config toConfig(ObjectNode settings) {
        ObjectNode whole = settings.deepCopy();
        ArrayNode all = (ArrayNode) whole.path("connectors");
        for (JsonNode item : whole.path("routes")) {
            ObjectNode route = (ObjectNode) item;
            if (route.path("connector") instanceof ObjectNode own) {
                String name = own.path("name").stringValue(route.path("name").asString());
                all.add(own.put("name", name));
                route.put("connector", name);
            }
            OPTIONAL.stream().filter(key -> !route.has(key)).forEach(key -> route.put(key, ""));
        }
        return mapper.treeToValue(whole, Config.class);
    }

    /** Makes every setting that nobody made, with its default. */
    void complete(ObjectNode settings) {
        ObjectNode defaults = toTree(Config.defaults());
        ObjectNode route = mapper.valueToTree(RouteConfig.defaults());
        route.remove(List.copyOf(REQUIRED));
        route.remove(List.copyOf(OPTIONAL));
        merge(settings, defaults);
        if (settings.path("connectors") instanceof ArrayNode list) {
            list.forEach(this::completeConnector);
        }
        if (settings.path("routes") instanceof ArrayNode routes) {
            routes.forEach(item -> completeRoute(item, route));
        }
    }

    private void completeConnector(JsonNode item) {
        if (item instanceof ObjectNode connector) {
            merge(connector, connectors.defaults());
            connectors.completeSettings(connector);
        }
    }

    private void completeRoute(JsonNode item, ObjectNode defaults) {
        if (item instanceof ObjectNode route) {
            completeConnector(route.path("connector"));
            if (route.has("connector") && route.at("/message/limit").isMissingNode()) {
                JsonNode message = route.path("message");
                ObjectNode section =
                        message.isMissingNode() ? route.putObject("message") : asSection(message);
                section.put("limit", LIMIT_WITH_CONNECTOR);
            }
            String limit = route.path("message").path("limit").stringValue("");
            boolean cutThrough = route.path("message").has("cut-through");
            merge(route, defaults);
            long limitBytes = Units.bytes(limit).orElse(Long.MAX_VALUE);
            if (!cutThrough && limitBytes < MessageConfig.defaults().cutThrough().bytes()) {
                ((ObjectNode) route.path("message")).put("cut-through", limit);
            }
        }
    }

    /** {@return the section; a mistake in its place is reported elsewhere} */
    private static ObjectNode asSection(JsonNode node) {
        return node instanceof ObjectNode section ? section : JsonNodeFactory.instance.objectNode();
    }

    private static void merge(ObjectNode settings, ObjectNode defaults) {
        for (String key : new ArrayList<>(defaults.propertyNames())) {
            JsonNode byDefault = defaults.path(key);
            if (!settings.has(key)) {
                settings.set(key, byDefault.deepCopy());
            } else if (settings.path(key) instanceof ObjectNode section
                    && byDefault instanceof ObjectNode defaultSection) {
                merge(section, defaultSection);
            }
        }
    }

    private static <E extends Enum<E>> void words(SimpleModule module, Class<E> type) {
        module.addSerializer(type, writer((value, out) -> out.writeString(word(value))));
        module.addDeserializer(
                type,
                reader(in -> Enum.valueOf(type, Keys.environment(in.getString()))));
    }

    private static void onOff(boolean on, JsonGenerator out) {
        out.writeString(on ? "on" : "off");
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @FunctionalInterface
    private interface Write<T> {
        void accept(T value, JsonGenerator out);
    }

    @FunctionalInterface
    private interface Read<T> {
        T apply(JsonParser in);
    }

    private static <T> ValueSerializer<T> writer(Write<T> write) {
        return new ValueSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator out, SerializationContext context) {
                write.accept(value, out);
            }
        };
    }

    private static <T> ValueDeserializer<T> treeReader(Function<JsonNode, T> read) {
        return new ValueDeserializer<>() {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) {
                return read.apply(context.readTree(in));
            }
        };
    }

    private static <T> ValueDeserializer<T> reader(Read<T> read) {
        return new ValueDeserializer<>() {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) {
                return read.apply(in);
            }
        };
    }
}
