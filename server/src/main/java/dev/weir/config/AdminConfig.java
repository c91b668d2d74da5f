package dev.weir.config;

/**
 * Where operators look: health, sessions, the playground. It has no login, so it must be loopback.
 *
 * @param host loopback address to bind
 * @param port TCP port; 0 takes any free one
 */
public record AdminConfig(String host, int port) {

    /** {@return the embedded defaults} */
    public static AdminConfig defaults() {
        return new AdminConfig("127.0.0.1", 9090);
    }
}
