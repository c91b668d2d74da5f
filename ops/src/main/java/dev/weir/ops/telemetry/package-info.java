/**
 * Telemetry: the OpenTelemetry SDK, configured by the standard {@code OTEL_*} variables, and the
 * page that Prometheus scrapes. Nothing is sent anywhere until an endpoint is set; the page is
 * always there. The rest of Weir sees the OpenTelemetry API only.
 */
@NullMarked
package dev.weir.ops.telemetry;

import org.jspecify.annotations.NullMarked;
