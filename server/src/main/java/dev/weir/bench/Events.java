package dev.weir.bench;

/** What receivers tell, always on the run's own thread, in the middle of a poll. */
interface Events {

    /** A message has come whole and undamaged; it was due at that time. */
    void message(Peer to, long due);

    /** A control frame has come. */
    void control(Peer to, int opcode, byte[] payload, int length);
}
