package dev.weir.config;

/** What a client gets while the breaker of its route's connector is open. */
public enum WhenOpen {
    /** It is closed with 1014. */
    REJECT,
    /** It waits until a probe of the service succeeds, as long as the route lets it wait. */
    WAIT,
    /** Another connector serves it. */
    FALLBACK
}
