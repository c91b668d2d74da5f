package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EffectiveConfigTest {

    @Test
    void isAFileOfTheSameConfiguration() throws ConfigException {
        Config config =
                new ConfigLoader()
                        .parse(
                                "weir.yaml",
                                """
                                heartbeat: {ping: off}
                                limits: {queued-bytes: 10MB}
                                routes:
                                  - {name: "1", clients: "/a/{x}", workers: "/b/{x}", wait: 90s,
                                     origins: ["*.example"], compression: on}
                                """);
        String yaml = EffectiveConfig.yaml(config);
        assertThat(new ConfigLoader().parse("effective.yaml", yaml)).isEqualTo(config);
    }

    @Test
    void hasUnits() {
        assertThat(EffectiveConfig.yaml(Config.defaults()))
                .contains("  handshake-deadline: 10s\n")
                .contains("  header-bytes: 8KiB\n")
                .contains("  queued-bytes: auto\n")
                .contains("    idle: off\n");
    }

    @Test
    void doesNotShowWhatTheSchemaCallsASecret() {
        ConfigSchema schema =
                ConfigSchema.of(
                        """
                        {"properties": {
                          "token": {"type": "string", "x-secret": true},
                          "list": {"items": {"$ref": "#/$defs/login"}},
                          "keys": {"type": "array", "items": {"type": "string"}, "x-secret": true}},
                         "$defs": {"login": {"properties": {
                          "user": {"type": "string"},
                          "password": {"$ref": "#/$defs/secret"}}},
                          "secret": {"type": "string", "x-secret": true}}}
                        """);
        JsonNode settings =
                JsonMapper.shared()
                        .readTree(
                                """
                                {"token": "hunter2", "keys": ["hunter2", "hunter2"],
                                 "list": [{"user": "ann", "password": "hunter2"}]}
                                """);

        EffectiveConfig.redact(settings, schema, schema.root());

        assertThat(settings.toString()).doesNotContain("hunter2").contains("ann", "(secret)");
    }

    @Test
    void aMistakeInASecretDoesNotShowIt() {
        ConfigSchema schema =
                ConfigSchema.of(
                        """
                        {"properties": {"token": {"pattern": "^[a-z]+$", "x-hint": "lower case",
                          "x-secret": true}}}
                        """);
        ConfigTree tree = new ConfigTree(Origin.ofFile("weir.yaml"));
        tree.root().put("token", "Hunter2");

        new SchemaCheck(schema, tree).check();

        assertThat(tree.problems())
                .singleElement()
                .hasToString("weir.yaml token: must be lower case");
    }
}
