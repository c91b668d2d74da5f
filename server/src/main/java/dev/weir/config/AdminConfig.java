package dev.weir.config;

/**
 * Where operators look: health, sessions, the playground. It has no login, so it must be loopback.
 *
 * @param host loopback address to bind
 * @param port TCP port; 0 takes any free one
 * @param profile whether a flight recording may be asked for, which costs CPU while it runs
 */
public record AdminConfig(String host, int port, boolean profile) {

    /** {@return the embedded defaults} */
    public static AdminConfig defaults() {
        return new AdminConfig("127.0.0.1", 9090, false);
    }
}
