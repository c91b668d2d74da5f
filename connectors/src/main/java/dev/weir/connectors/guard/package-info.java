/** What keeps a failing service from dragging the relay down, around every connector. */
@NullMarked
package dev.weir.connectors.guard;

import org.jspecify.annotations.NullMarked;
