package dev.weir.bench;

/** Which end of a pair connects first: relays differ in what they do with who comes too early. */
public enum Order {
    WORKER_FIRST,
    CLIENT_FIRST,
    TOGETHER
}
