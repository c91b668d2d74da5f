/**
 * The admin server: a small HTTP server that shows a running relay and lets an operator
 * act on it. It knows no relay type: whoever starts it registers {@link
 * dev.weir.ops.admin.Endpoint endpoints} and {@link dev.weir.ops.admin.Health health checks}.
 */
@NullMarked
package dev.weir.ops.admin;

import org.jspecify.annotations.NullMarked;
