package dev.weir.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent in the relay's own process, as a stand-in for code that computes on its virtual threads:
 * from the moment that a file is there until it is gone, every carrier is busy.
 */
public final class BusyAgent {

    private BusyAgent() {}

    /** Called by the JVM before the relay starts. */
    public static void premain(String file) {
        var trigger = Path.of(file);
        Thread.ofPlatform().daemon().name("busy agent").start(() -> {
            while (!Files.exists(trigger)) {
                LockSupport.parkNanos(10_000_000);
            }
            for (int i = 0; i < Runtime.getRuntime().availableProcessors() + 1; i++) {
                Thread.ofVirtual().start(() -> computeWithoutEnd(trigger));
            }
        });
    }

    private static void computeWithoutEnd(Path trigger) {
        while (Files.exists(trigger)) {
            for (int i = 0; i < 1_000_000; i++) {
                Thread.onSpinWait();
            }
        }
    }
}
