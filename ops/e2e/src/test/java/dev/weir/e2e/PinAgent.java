package dev.weir.e2e;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent in the relay's own process, as a stand-in for code that holds on to its carrier: as long
 * as a file is there, a virtual thread waits in the initialiser of a class, again and again.
 */
public final class PinAgent {

    private PinAgent() {}

    /** Waits where a virtual thread cannot leave its carrier. */
    static final class Slow {
        static {
            LockSupport.parkNanos(300_000_000);
        }

        private Slow() {}
    }

    /** Called by the JVM before the relay starts. */
    public static void premain(String file) throws IOException {
        var trigger = Path.of(file);
        byte[] slow;
        try (var in = PinAgent.class.getResourceAsStream("PinAgent$Slow.class")) {
            slow = in.readAllBytes();
        }
        Thread.ofPlatform().daemon().name("pin agent").start(() -> {
            while (true) {
                if (Files.exists(trigger)) {
                    Thread.ofVirtual().start(() -> initialise(slow));
                }
                LockSupport.parkNanos(500_000_000);
            }
        });
    }

    /** A new class each time, for each is initialised once. */
    private static void initialise(byte[] slow) {
        try {
            MethodHandles.lookup().defineHiddenClass(slow, true);
        } catch (IllegalAccessException e) {
            throw new LinkageError("the class that pins", e);
        }
    }
}
