/**
 * A load generator for WebSocket relays of any make: it owns both ends of every pair, so that it
 * can check each forwarded byte and tell one-way times from one clock. One thread and a selector;
 * start reading at {@link Rig}, then at one of the runs.
 */
@NullMarked
package dev.weir.bench;

import org.jspecify.annotations.NullMarked;
