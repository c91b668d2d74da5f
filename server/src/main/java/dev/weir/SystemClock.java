package dev.weir;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The clocks of the machine, for commands that are not a relay. */
public final class SystemClock {

    private SystemClock() {}

    /** {@return nanoseconds that only go forward} */
    public static LongSupplier nanos() {
        return System::nanoTime;
    }

    /** {@return the time of day} */
    public static InstantSource time() {
        return InstantSource.system();
    }
}
