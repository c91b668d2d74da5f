/** What {@code java -jar} runs first; compiled for Java 8, so that an old Java gets a sentence. */
@NullMarked
package dev.weir.launch;

import org.jspecify.annotations.NullMarked;
