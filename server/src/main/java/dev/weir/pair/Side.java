package dev.weir.pair;

/** Which of the two a session is. */
public enum Side {
    CLIENT,
    WORKER;

    /** {@return the side that it is paired with} */
    public Side other() {
        return this == CLIENT ? WORKER : CLIENT;
    }

    /** {@return the name in logs, metrics and JSON} */
    public String label() {
        return this == CLIENT ? "client" : "worker";
    }
}
