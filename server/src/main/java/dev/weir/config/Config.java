package dev.weir.config;

import java.util.List;

/**
 * All that can be configured. Each component is one key of the file, camelCase for kebab-case.
 *
 * @param listen where clients and workers connect
 * @param admin where operators look
 * @param limits what the whole node takes on
 * @param heartbeat how dead peers are found
 * @param drain the orderly end
 * @param log what is logged
 * @param routes which clients meet which workers; at least one
 */
public record Config(
        ListenConfig listen,
        AdminConfig admin,
        LimitsConfig limits,
        HeartbeatConfig heartbeat,
        DrainConfig drain,
        LogConfig log,
        List<RouteConfig> routes) {

    public Config {
        routes = List.copyOf(routes);
    }

    /** {@return the embedded defaults, in force when nothing at all is configured} */
    public static Config defaults() {
        return new Config(
                ListenConfig.defaults(),
                AdminConfig.defaults(),
                LimitsConfig.defaults(),
                HeartbeatConfig.defaults(),
                DrainConfig.defaults(),
                LogConfig.defaults(),
                List.of(RouteConfig.defaults()));
    }
}
