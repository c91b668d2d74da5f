package dev.weir.config;

/** What a full outbox does with the next message. */
public enum WhenFull {
    /** Stop reading the sender until there is room, at most until the stall deadline. */
    BLOCK,
    /** Drop the oldest message that waits, and count it. */
    DROP_OLDEST,
    /** Drop the message that came, and count it. */
    DROP_NEWEST,
    /** Close the slow side with 1013. */
    CLOSE
}
