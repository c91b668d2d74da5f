/** Which route a path belongs to, and what its variables captured. */
@NullMarked
package dev.weir.route;

import org.jspecify.annotations.NullMarked;
