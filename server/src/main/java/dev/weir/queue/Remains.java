package dev.weir.queue;

/** What was accepted but never written. */
public record Remains(int messages, long bytes) {}
