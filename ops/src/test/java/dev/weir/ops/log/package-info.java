@NullMarked
package dev.weir.ops.log;

import org.jspecify.annotations.NullMarked;
