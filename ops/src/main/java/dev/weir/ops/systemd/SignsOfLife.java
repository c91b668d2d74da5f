package dev.weir.ops.systemd;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What is to be said from time to time: that the service lives, and what it does. One thread. */
final class SignsOfLife {

    private final boolean watched;
    private final Supplier<String> status;
    private final LongSupplier progress;

    private long seen;
    private String told = "";

    /**
     * Of a service whose progress counts from now on.
     *
     * @param watched whether somebody waits for signs of life
     */
    SignsOfLife(boolean watched, Supplier<String> status, LongSupplier progress) {
        this.watched = watched;
        this.status = status;
        this.progress = progress;
        this.seen = progress.getAsLong();
    }

    /** {@return the lines to send now, empty when there is nothing to say} */
    String next() {
        long now = progress.getAsLong();
        boolean alive = now != seen;
        seen = now;
        StringBuilder lines = new StringBuilder();
        if (alive && watched) {
            lines.append("WATCHDOG=1\n");
        }
        // Its state is not asked for when it stands still: that could wait for a lock.
        String line = alive ? status.get() : "no sign of life";
        if (!line.equals(told)) {
            lines.append("STATUS=").append(line).append('\n');
            told = line;
        }
        return lines.toString();
    }
}
