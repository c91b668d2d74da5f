package dev.weir.connectors;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What a connector gets beside its settings.
 *
 * @param name the connector's name in the configuration
 * @param node unique among nodes and starts, for queues and inboxes of this node alone; letters,
 *     digits and hyphens
 * @param deadlines how long the service may take
 * @param messageMax the largest message that a service may send, in bytes
 * @param clock wall clock, for showing and for message headers
 * @param nanoClock for waiting
 */
public record Environment(
        String name,
        String node,
        Deadlines deadlines,
        long messageMax,
        InstantSource clock,
        LongSupplier nanoClock) {}
