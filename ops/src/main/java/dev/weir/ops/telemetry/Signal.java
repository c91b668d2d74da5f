package dev.weir.ops.telemetry;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What can be sent to a collector. Each is sent once it has somewhere to go: an endpoint
 * ({@code OTEL_EXPORTER_OTLP_ENDPOINT}, or its own {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}) or
 * an exporter that is named ({@code OTEL_TRACES_EXPORTER}). OpenTelemetry's own default is a
 * collector on localhost, and errors in the log where there is none.
 */
enum Signal {
    TRACES,
    METRICS,
    LOGS;

    private static final String OFF = "none";
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private String exporter() {
        return "otel." + word() + ".exporter";
    }

    private boolean sentBy(ConfigProperties properties) {
        String exporter = properties.getString(exporter());
        return exporter == null
                ? properties.getString(ENDPOINT) != null
                        || properties.getString("otel.exporter.otlp." + word() + ".endpoint") != null
                : !exporter.equals(OFF);
    }

    /** {@return those that are sent} */
    static Set<Signal> sent(ConfigProperties properties) {
        Set<Signal> sent = EnumSet.noneOf(Signal.class);
        for (Signal signal : values()) {
            if (signal.sentBy(properties)) {
                sent.add(signal);
            }
        }
        return sent;
    }

    /** {@return what turns the others off} */
    static Map<String, String> propertiesFor(Set<Signal> sent) {
        Map<String, String> off = new HashMap<>();
        for (Signal signal : values()) {
            if (!sent.contains(signal)) {
                off.put(signal.exporter(), OFF);
            }
        }
        return off;
    }
}
