package dev.weir.bench;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a run has beside its load.
 *
 * @param nanoClock the clock of everything that is timed
 * @param stopped whether the run shall end with what it has, asked all the time
 * @param progress where it says how far it is
 * @param relay the relay's process, if it is to be looked at
 * @param random for masks, keys and arrivals
 */
public record Surroundings(
        LongSupplier nanoClock,
        BooleanSupplier stopped,
        Progress progress,
        @Nullable RelayProcess relay,
        RandomGenerator random) {}
