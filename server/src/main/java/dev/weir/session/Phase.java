package dev.weir.session;

/** Where a session is in its life; follows from what is known of it. */
public enum Phase {
    /** The handshake is answered, the socket is not open yet. */
    OPENING,
    WAITING,
    PAIRED,
    /** It has ended; its close handshake is going on. */
    CLOSING,
    /** Its socket is gone. */
    ENDED
}
