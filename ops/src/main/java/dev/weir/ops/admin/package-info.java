/** The admin server: health, and the pages and answers that the relay registers with it. */
@NullMarked
package dev.weir.ops.admin;

import org.jspecify.annotations.NullMarked;
