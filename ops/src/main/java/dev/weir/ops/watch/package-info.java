/**
 * What the process finds out about itself: watchdogs that look now and then, and the findings that
 * come of it, each with its culprit. It knows no relay type: whoever runs it registers {@link
 * dev.weir.ops.watch.Probe probes}.
 */
@NullMarked
package dev.weir.ops.watch;

import org.jspecify.annotations.NullMarked;
