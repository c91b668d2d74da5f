package dev.weir.admin;

/**
 * How long something took lately.
 *
 * @param of what: {@code forward}, from the entrance of a message until it is written
 * @param count how many were measured
 */
record Latency(String of, long count, long p50Micros, long p99Micros, long maxMicros) {}
