package dev.weir.config;

/**
 * Where operators look: health, sessions, the dashboard. Without a token it must be loopback.
 *
 * @param host address to bind
 * @param port TCP port; 0 takes any free one
 * @param profile whether a flight recording may be asked for, which costs CPU while it runs
 * @param token what every request but the probes has to bring; none: anybody who reaches it may
 */
public record AdminConfig(String host, int port, boolean profile, Secret token) {

    /** {@return the embedded defaults} */
    public static AdminConfig defaults() {
        return new AdminConfig("127.0.0.1", 9090, false, Secret.none());
    }
}
