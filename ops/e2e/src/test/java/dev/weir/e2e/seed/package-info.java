/**
 * The failure that Weir was written against: a few peers that stall, vanish or send garbage, and
 * two hundred pairs that must not notice. Runs against any relay, and as a test against Weir.
 */
@NullMarked
package dev.weir.e2e.seed;

import org.jspecify.annotations.NullMarked;
