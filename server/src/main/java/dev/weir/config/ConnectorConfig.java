package dev.weir.config;

import dev.weir.connectors.guard.Policy;
import java.util.Map;

/**
 * An external worker service that routes name.
 *
 * @param name unique; of a route's own connector, the route's name
 * @param type what kind of service it is: the type of a connector that is installed
 * @param policy how it is guarded
 * @param required whether this node is not ready while the service cannot be reached
 * @param settings those of its type, complete; of the Java types of {@link
 *     dev.weir.connectors.Setting.Type}, secrets not resolved
 */
public record ConnectorConfig(
        String name, String type, Policy policy, boolean required, Map<String, Object> settings) {

    public ConnectorConfig {
        settings = Map.copyOf(settings);
    }
}
