package dev.weir.ops.watch;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Something that is dropped and counted: lines of the log, telemetry. */
public final class LossWatch implements Probe {

    private final Kind kind;
    private final String what;
    private final LongSupplier lost;
    private final Supplier<String> why;
    private long before;

    /**
     * A watch over a count that should stand still.
     *
     * @param what is lost, as in "lines of the log"
     * @param lost how many since the start
     * @param why the last reason that is known; empty when none is
     */
    public LossWatch(Kind kind, String what, LongSupplier lost, Supplier<String> why) {
        this.kind = kind;
        this.what = what;
        this.lost = lost;
        this.why = why;
    }

    @Override
    public List<Sighting> look() {
        long now = lost.getAsLong();
        long more = now - before;
        before = now;
        if (more <= 0) {
            return List.of();
        }
        String reason = why.get();
        return List.of(new Sighting(
                kind,
                what,
                Severity.WARNING,
                Culprit.nobody(),
                what + ": " + now + " lost so far" + (reason.isEmpty() ? "" : ": " + reason),
                Map.of("lost", now, "lostSinceLastLook", more, "reason", reason)));
    }
}
