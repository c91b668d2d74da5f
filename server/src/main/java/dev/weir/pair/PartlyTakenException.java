package dev.weir.pair;

import java.io.IOException;

/** A leg has ended and took only the first frames of a run; the rest can go to another one. */
public final class PartlyTakenException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int frames;

    /** So many frames were taken, whatever became of them. */
    public PartlyTakenException(int frames) {
        this.frames = frames;
    }

    /** {@return how many frames were taken} */
    public int frames() {
        return frames;
    }

    /** Nobody reads it: the leg's end says why. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
