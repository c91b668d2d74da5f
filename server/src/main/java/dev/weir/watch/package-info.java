/**
 * What the relay finds out about its own sessions: which one is stuck, does not take, sends too
 * much, or left something behind. The board and the watchdogs of the process are those of {@code
 * dev.weir.ops.watch}.
 */
@NullMarked
package dev.weir.watch;

import org.jspecify.annotations.NullMarked;
