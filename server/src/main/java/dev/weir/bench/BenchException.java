package dev.weir.bench;

/** A run that could not measure anything; the message says why. */
public final class BenchException extends Exception {
    BenchException(String message) {
        super(message);
    }
}
