package dev.weir.config;

import java.time.Duration;

/**
 * Which messages are traced. Without effect until traces are sent somewhere ({@code
 * OTEL_EXPORTER_OTLP_ENDPOINT}); handshakes are always traced then.
 *
 * @param messages share of the messages that get a span, from 0 to 1
 * @param slow a message that took at least so long from entrance to written gets one in any case,
 *     as does one that reached nobody; zero is off
 */
public record TraceConfig(double messages, Duration slow) {

    /** {@return the embedded defaults} */
    public static TraceConfig defaults() {
        return new TraceConfig(0.01, Duration.ofSeconds(1));
    }
}
