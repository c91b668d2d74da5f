package dev.weir.config;

import java.time.Duration;

/**
 * The orderly end.
 *
 * @param deadline how long live pairs may go on before they are closed with 1012
 * @param jitter time over which those closes are spread; may be zero
 * @param readyDelay from "not ready" to the first refused handshake, so that load balancers see
 *     it first; may be zero
 */
public record DrainConfig(Duration deadline, Duration jitter, Duration readyDelay) {

    /** {@return the embedded defaults} */
    public static DrainConfig defaults() {
        return new DrainConfig(Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ZERO);
    }
}
