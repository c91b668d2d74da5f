package dev.weir.connectors;

/** What comes from a service over a link. */
public sealed interface Incoming permits Message, Goodbye {}
