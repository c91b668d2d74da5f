package dev.weir.config;

/** How a free worker is chosen for a client. */
public enum Assign {
    /** The worker that has been free for longest. */
    ROUND_ROBIN,
    /** The worker with the fewest bytes waiting to be written to it. */
    LEAST_LOADED
}
