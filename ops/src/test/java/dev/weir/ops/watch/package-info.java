@NullMarked
package dev.weir.ops.watch;

import org.jspecify.annotations.NullMarked;
