package dev.weir.config;

/**
 * Where services push messages to clients. Without a token it must be loopback.
 *
 * @param enabled whether there is such a port
 * @param host address to bind
 * @param port TCP port; 0 takes any free one
 * @param token what every request has to bring, or where it is kept, see {@link Secrets}; empty:
 *     anybody who reaches the port may push
 * @param body the largest message, beside the limit of its route
 * @param requests how many are served at once; so memory is bounded by this times {@code body}
 */
public record ApiConfig(
        boolean enabled, String host, int port, String token, ByteSize body, int requests) {

    /** {@return the embedded defaults} */
    public static ApiConfig defaults() {
        return new ApiConfig(false, "127.0.0.1", 9091, "", ByteSize.mib(1), 64);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "ApiConfig[enabled=" + enabled + ", host=" + host + ", port=" + port + "]";
    }
}
