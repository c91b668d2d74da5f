/** How workers outside of the relay are reached. */
@NullMarked
package dev.weir.connectors;

import org.jspecify.annotations.NullMarked;
