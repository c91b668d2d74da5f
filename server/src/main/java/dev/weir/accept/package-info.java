/**
 * The edge: embedded Jetty, the answer to a handshake, and the socket of a session. The only
 * package of the relay that knows Jetty.
 */
@NullMarked
package dev.weir.accept;

import org.jspecify.annotations.NullMarked;
