/** The command line: what {@code weir} takes, prints and exits with. */
@NullMarked
package dev.weir.cli;

import org.jspecify.annotations.NullMarked;
