/**
 * Where messages wait: the outbox of a direction, the buffers it is made of, and the memory budget
 * of the whole process. Knows neither sessions nor sockets.
 */
@NullMarked
package dev.weir.queue;

import org.jspecify.annotations.NullMarked;
