package dev.weir.config;

import static java.util.Objects.requireNonNullElse;

import java.time.Duration;

/**
 * Where clients and workers connect.
 *
 * @param host address to bind; {@code 0.0.0.0} is every IPv4 address of the machine
 * @param port TCP port; 0 takes any free one
 * @param handshakeDeadline from the accepted connection to the complete request
 * @param headerBytes limit of a request's head; above it 431, or 414 for the request line
 * @param sendBuffer kernel send buffer of each connection
 * @param receiveBuffer kernel receive buffer of each connection
 * @param closeDeadline how long a peer may take to answer our close frame
 */
public record ListenConfig(
        String host,
        int port,
        Duration handshakeDeadline,
        ByteSize headerBytes,
        ByteSize sendBuffer,
        ByteSize receiveBuffer,
        Duration closeDeadline) {

    public ListenConfig {
        host = requireNonNullElse(host, "0.0.0.0");
        handshakeDeadline = requireNonNullElse(handshakeDeadline, Duration.ofSeconds(10));
        headerBytes = requireNonNullElse(headerBytes, ByteSize.kib(8));
        sendBuffer = requireNonNullElse(sendBuffer, ByteSize.kib(256));
        receiveBuffer = requireNonNullElse(receiveBuffer, ByteSize.kib(512));
        closeDeadline = requireNonNullElse(closeDeadline, Duration.ofSeconds(5));
    }

    /** {@return the embedded defaults} */
    public static ListenConfig defaults() {
        return new ListenConfig(
                "0.0.0.0",
                8080,
                Duration.ofSeconds(10),
                ByteSize.kib(8),
                ByteSize.kib(256),
                ByteSize.kib(512),
                Duration.ofSeconds(5));
    }
}
