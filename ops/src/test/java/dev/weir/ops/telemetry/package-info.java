@NullMarked
package dev.weir.ops.telemetry;

import org.jspecify.annotations.NullMarked;
