/**
 * The packaged relay seen from outside: real WebSocket implementations, its command line, its
 * admin port and its signals. Nothing in here can see a class of the relay.
 */
@NullMarked
package dev.weir.e2e;

import org.jspecify.annotations.NullMarked;
