package dev.weir.config;

/**
 * A setting made on the command line.
 *
 * @param name as typed: {@code --port}
 * @param key what it sets: {@code listen.port}
 * @param value as typed
 */
public record Flag(String name, String key, String value) {}
