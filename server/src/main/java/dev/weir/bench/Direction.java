package dev.weir.bench;

/** Which ends of a pair send. */
public enum Direction {
    BOTH,
    TO_WORKER,
    TO_CLIENT;

    boolean sends(Side side) {
        return this == BOTH || (this == TO_WORKER) == (side == Side.CLIENT);
    }
}
