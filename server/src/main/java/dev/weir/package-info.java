/** The relay: its entry point and the one class that wires its parts by hand. */
@NullMarked
package dev.weir;

import org.jspecify.annotations.NullMarked;
