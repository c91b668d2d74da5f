package dev.weir.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first asks for a drain, the second ends the process at once. A shutdown
 * hook could do neither: it cannot tell a second signal, nor let the process exit with 0.
 */
@SuppressWarnings("sunapi") // There is no other way to handle a signal in Java.
final class StopSignals {

    private static final Logger log = LoggerFactory.getLogger(StopSignals.class);

    private final AtomicReference<String> first = new AtomicReference<>("");
    private final CountDownLatch stop = new CountDownLatch(1);

    private StopSignals() {}

    /** Takes over both signals, for the rest of the process. */
    static StopSignals install() {
        StopSignals signals = new StopSignals();
        signals.handle("TERM");
        signals.handle("INT");
        return signals;
    }

    private void handle(String name) {
        try {
            Signal.handle(new Signal(name), this::received);
        } catch (IllegalArgumentException e) {
            // java -Xrs keeps them: then a signal ends the process without a drain.
            log.atWarn().setCause(e).addKeyValue("signal", "SIG" + name).log("not handled");
        }
    }

    private void received(Signal signal) {
        if (first.compareAndSet("", "SIG" + signal.getName())) {
            stop.countDown();
        } else {
            Runtime.getRuntime().halt(ExitCode.SIGNAL + signal.getNumber());
        }
    }

    /** Asks for a drain as the first signal does; without effect after it. */
    void request(String name) {
        if (first.compareAndSet("", name)) {
            stop.countDown();
        }
    }

    /** {@return whether there has been one} */
    boolean stopping() {
        return stop.getCount() == 0;
    }

    /** Waits for the first signal, without limit, and {@return its name} */
    String await() throws InterruptedException {
        stop.await();
        return first.get();
    }
}
