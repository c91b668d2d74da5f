/**
 * One live WebSocket connection and its life: what it may send, whether it still lives, whom it
 * talks to, how it ends. Knows nothing of Jetty.
 */
@NullMarked
package dev.weir.session;

import org.jspecify.annotations.NullMarked;
