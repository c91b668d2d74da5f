package dev.weir.ops.watch;

import java.util.List;

/** Looks for something that should not be. */
@FunctionalInterface
public interface Probe {

    /**
     * {@return what there is to see now} Called again and again by the one thread of the {@link
     * Watch}; it must not block, or nobody else is watched meanwhile. What it throws is logged.
     */
    List<Sighting> look();
}
