/**
 * Logging: JSON lines for machines, a readable console format for people. A log that nobody reads
 * never stops the program that writes it.
 */
@NullMarked
package dev.weir.ops.log;

import org.jspecify.annotations.NullMarked;
