package dev.weir.bench;

import java.util.List;
import java.util.Map;

/**
 * What a run has found.
 *
 * @param mode the name of the run
 * @param summary the load in words
 * @param seconds how long it counted
 * @param figures the numbers, in the order in which they are told
 * @param facts what is no number, by its name, in the order in which it is told
 * @param curves the distributions
 * @param verified how many messages were checked in all
 * @param violations what was wrong with them
 */
public record Result(
        String mode,
        String summary,
        double seconds,
        List<Figure> figures,
        Map<String, String> facts,
        List<Curve> curves,
        long verified,
        Violations violations) {}
