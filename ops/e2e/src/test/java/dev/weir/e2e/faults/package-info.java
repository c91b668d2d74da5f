/**
 * What becomes of clients, messages and other routes when an external service fails: real services
 * and brokers against the packaged relay.
 */
@NullMarked
package dev.weir.e2e.faults;

import org.jspecify.annotations.NullMarked;
