package dev.weir.launch;

import java.lang.reflect.InvocationTargetException;

/**
 * Starts the relay, or says in one line which Java it needs. Compiled for Java 8 and bound to the
 * rest by name only, so that an older Java can load it.
 */
public final class Launcher {
    private static final int NEEDED_JAVA = 25;
    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";

    private Launcher() {}

    /** Runs {@code dev.weir.Weir} with the same arguments, or ends the process with exit code 1. */
    public static void main(String[] args) throws Throwable {
        int found = feature(System.getProperty("java.specification.version"));
        if (found < NEEDED_JAVA) {
            System.err.println("Weir needs Java " + NEEDED_JAVA + " or newer, but this is Java "
                    + System.getProperty("java.version") + " (" + System.getProperty("java.home")
                    + ").");
            System.exit(1);
        }
        // The JDK reads it when the first virtual thread starts. With a single carrier thread,
        // one thread that spins or blocks it would stop every session of the relay.
        if (System.getProperty(PARALLELISM) == null) {
            int carriers = Math.max(2, Runtime.getRuntime().availableProcessors());
            System.setProperty(PARALLELISM, Integer.toString(carriers));
        }
        try {
            Class.forName("dev.weir.Weir").getMethod("main", String[].class)
                    .invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The feature release of a specification version: 8 of {@code 1.8}, 25 of {@code 25}. */
    static int feature(String specificationVersion) {
        String version = specificationVersion.startsWith("1.")
                ? specificationVersion.substring(2)
                : specificationVersion;
        return Integer.parseInt(version);
    }
}
