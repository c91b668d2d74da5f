package dev.weir.bench;

/**
 * A number of a result.
 *
 * @param name as JSON has it, with its unit
 * @param label as people read it
 * @param value the number
 * @param unit as people read it
 */
public record Figure(String name, String label, double value, String unit) {}
