package dev.weir.config;

import dev.weir.connectors.Deadlines;
import dev.weir.connectors.guard.Policy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Between a connector's record and its section in a file, whose keys depend on its type. */
final class ConnectorBinding {

    private final JsonMapper mapper;
    private final ConnectorTypes types;

    ConnectorBinding(JsonMapper mapper, ConnectorTypes types) {
        this.mapper = mapper;
        this.types = types;
    }

    /** {@return what every connector has, with the defaults} */
    ObjectNode defaults() {
        ObjectNode section = mapper.createObjectNode();
        write(Policy.defaults(), section);
        section.put("required", "off");
        return section;
    }

    /** Adds the settings of the section's type that were not made. */
    void completeSettings(ObjectNode section) {
        SettingsBinding.complete(types.settings(typeOf(section)), section);
    }

    ObjectNode write(ConnectorConfig connector) {
        ObjectNode section = mapper.createObjectNode();
        section.put("name", connector.name());
        section.put("type", connector.type());
        SettingsBinding.write(types.settings(connector.type()), connector.settings(), section);
        write(connector.policy(), section);
        section.put("required", connector.required() ? "on" : "off");
        return section;
    }

    private void write(Policy policy, ObjectNode section) {
        section.set("breaker", mapper.valueToTree(policy.breaker()));
        section.set("retry", mapper.valueToTree(policy.retry()));
        section.set("deadlines", mapper.valueToTree(policy.deadlines()));
        section.set("bulkhead", mapper.valueToTree(policy.bulkhead()));
        section.put("concurrency", policy.concurrency());
    }

    /** {@return the connector of a section that is valid and complete} */
    ConnectorConfig read(JsonNode section) {
        Policy policy = new Policy(
                mapper.treeToValue(section.path("breaker"), Policy.Breaker.class),
                mapper.treeToValue(section.path("retry"), Policy.Retry.class),
                mapper.treeToValue(section.path("deadlines"), Deadlines.class),
                mapper.treeToValue(section.path("bulkhead"), Policy.Bulkhead.class),
                section.path("concurrency").intValue());
        return new ConnectorConfig(
                section.path("name").asString(),
                typeOf(section),
                policy,
                section.path("required").asString().equals("on"),
                SettingsBinding.read(types.settings(typeOf(section)), section));
    }

    private static String typeOf(JsonNode section) {
        return section.path("type").stringValue("");
    }
}
