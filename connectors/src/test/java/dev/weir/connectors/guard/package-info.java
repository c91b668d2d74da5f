@NullMarked
package dev.weir.connectors.guard;

import org.jspecify.annotations.NullMarked;
