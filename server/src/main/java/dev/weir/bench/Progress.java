package dev.weir.bench;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** A line that tells how far a run is, twice a second at most. Belongs to one thread. */
public final class Progress {

    private static final long INTERVAL = 500_000_000;

    private final Consumer<String> line;
    private long next;
    private boolean begun;

    /** @param line takes each new line */
    public Progress(Consumer<String> line) {
        this.line = line;
    }

    /** {@return one that tells nothing} */
    public static Progress silent() {
        return new Progress(_ -> {});
    }

    void tell(long now, Supplier<String> text) {
        if (!begun || now - next >= 0) {
            begun = true;
            next = now + INTERVAL;
            line.accept(text.get());
        }
    }
}
