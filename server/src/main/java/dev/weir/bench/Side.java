package dev.weir.bench;

/** Which end of a pair. */
public enum Side {
    CLIENT,
    WORKER;

    Side other() {
        return this == CLIENT ? WORKER : CLIENT;
    }
}
