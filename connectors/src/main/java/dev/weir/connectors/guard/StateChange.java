package dev.weir.connectors.guard;

import java.time.Instant;

/**
 * A breaker went from one state to another.
 *
 * @param connector name of the service
 * @param from the state before
 * @param to the state now
 * @param why for people, in a few words
 * @param at when
 */
public record StateChange(String connector, State from, State to, String why, Instant at) {}
