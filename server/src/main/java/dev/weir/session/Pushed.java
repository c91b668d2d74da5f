package dev.weir.session;

/** What became of a message that was pushed to a client from outside of its conversation. */
public enum Pushed {
    /** It is on its way, behind what its service said before. */
    QUEUED,
    /** There is no room for it now. */
    FULL,
    /** The client's link to its service is not open yet, or not open again. */
    NOT_YET,
    /** It is larger than its route allows. */
    TOO_LARGE,
    /** It is said to be text and is no UTF-8. */
    NO_TEXT,
    /** The session has ended. */
    ENDED,
    /** Whoever is there has a worker for a partner, which alone speaks to it, or is one itself. */
    NO_SERVICE
}
