/**
 * Two links joined: who waits for whom on a route, the two directions of a pair, and how a pair
 * ends. Knows queues, but neither sessions nor sockets.
 */
@NullMarked
package dev.weir.pair;

import org.jspecify.annotations.NullMarked;
