/** What systemd is told of the process: readiness, the watchdog, the end. */
@NullMarked
package dev.weir.ops.systemd;

import org.jspecify.annotations.NullMarked;
