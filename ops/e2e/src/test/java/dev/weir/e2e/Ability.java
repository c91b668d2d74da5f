package dev.weir.e2e;

/** What not every WebSocket API can do. */
enum Ability {
    /** Sends one message in several frames. */
    FRAGMENTS,
    /** Sends text fragments as bytes, so that a character may begin in one and end in the next. */
    CUT_CHARACTERS,
    /** Sends pings and shows the pongs. */
    PING,
    /** Sends a close frame without a code. */
    CLOSE_WITHOUT_CODE,
    /** Drops the connection without a closing handshake. */
    ABORT,
    /** Shows the headers of the handshake's answer. */
    HANDSHAKE_HEADERS,
    /** Shows the status with which a handshake was refused. */
    REFUSAL_STATUS
}
