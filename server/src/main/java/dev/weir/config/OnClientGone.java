package dev.weir.config;

/** What happens to a worker when its client leaves. */
public enum OnClientGone {
    /** Its connection is closed with 1001, so that a fresh one comes. */
    CLOSE,
    /** It goes back to the free workers and may serve another client. */
    KEEP
}
