package dev.weir.connectors.guard;

import java.util.concurrent.locks.Condition;

/**
 * A place in the queue of those who wait for a breaker. It is taken when {@link #await} is called
 * and kept until that returns. One thread waits; any thread may cancel.
 */
public final class Turn {

    private final Circuit circuit;

    /** Signalled when it is first, or cancelled; under the lock of the circuit, as what follows. */
    final Condition changed;

    boolean cancelled;

    Turn(Circuit circuit, Condition changed) {
        this.circuit = circuit;
        this.changed = changed;
    }

    /**
     * Waits until the breaker would let a call through. Who gets a true is expected to call at
     * once: of those who wait, only as many get one as there are free probes.
     *
     * @param nanos how long at most
     * @return false when the time was over, this was cancelled, or the service is closed
     */
    public boolean await(long nanos) throws InterruptedException {
        return circuit.await(this, nanos);
    }

    /** Ends the wait, also one that has yet to begin; does not wait itself. */
    public void cancel() {
        circuit.cancel(this);
    }
}
