package dev.weir.connectors.guard;

/** What an operator can tell a breaker. */
public enum Force {
    /** Let no call through. */
    OPEN,
    /** Let every call through. */
    CLOSED,
    /** Close, forget what was counted, and decide by the rates again. */
    AUTO
}
