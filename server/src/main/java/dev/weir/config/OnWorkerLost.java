package dev.weir.config;

/** What happens to a client when its worker is lost. */
public enum OnWorkerLost {
    /** Its connection is closed with 1014. */
    CLOSE,
    /** It goes back to the waiting room, until its worker comes again. */
    WAIT,
    /** It is given another free worker at once, or waits for one. */
    REASSIGN
}
