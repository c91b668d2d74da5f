package dev.weir.config;

import static java.util.Objects.requireNonNullElse;

import java.util.List;

/**
 * All that can be configured. Each component is one key of the file, camelCase for kebab-case.
 *
 * @param listen where clients and workers connect
 * @param admin where operators look
 * @param api where services push messages to clients
 * @param limits what the whole node takes on
 * @param heartbeat how dead peers are found
 * @param drain the orderly end
 * @param log what is logged
 * @param trace which messages are traced
 * @param connectors external worker services that routes name
 * @param watch what it finds out about itself
 * @param routes which clients meet which workers; at least one
 */
public record Config(
        ListenConfig listen,
        AdminConfig admin,
        ApiConfig api,
        LimitsConfig limits,
        HeartbeatConfig heartbeat,
        DrainConfig drain,
        LogConfig log,
        TraceConfig trace,
        List<ConnectorConfig> connectors,
        WatchConfig watch,
        List<RouteConfig> routes) {

    public Config {
        connectors = List.copyOf(requireNonNullElse(connectors, List.of()));
        routes = List.copyOf(routes);
    }

    /** {@return the embedded defaults, in force when nothing at all is configured} */
    public static Config defaults() {
        return new Config(
                ListenConfig.defaults(),
                AdminConfig.defaults(),
                ApiConfig.defaults(),
                LimitsConfig.defaults(),
                HeartbeatConfig.defaults(),
                DrainConfig.defaults(),
                LogConfig.defaults(),
                TraceConfig.defaults(),
                List.of(),
                WatchConfig.defaults(),
                List.of(RouteConfig.defaults()));
    }
}
