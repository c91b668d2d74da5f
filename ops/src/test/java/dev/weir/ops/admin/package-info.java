@NullMarked
package dev.weir.ops.admin;

import org.jspecify.annotations.NullMarked;
