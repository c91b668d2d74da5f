/** Whatever way a peer goes, nothing of it may stay in the relay. */
@NullMarked
package dev.weir.e2e.leak;

import org.jspecify.annotations.NullMarked;
