package dev.weir.bench;

import org.HdrHistogram.Histogram;

/**
 * The distribution of a time.
 *
 * @param name as JSON has it
 * @param label as people read it
 * @param nanos the times in nanoseconds
 */
public record Curve(String name, String label, Histogram nanos) {}
