/** Logging: one set-up for JSON lines and for a terminal. */
@NullMarked
package dev.weir.ops.log;

import org.jspecify.annotations.NullMarked;
