package dev.weir.config;

/** What happens to a second client of a key that already has one. */
public enum OnDuplicate {
    /** Its handshake is answered with 409. */
    REJECT,
    /** It takes the place of the first, which is closed with 1008. */
    REPLACE,
    /** It waits until the first is gone. */
    QUEUE
}
