package dev.weir.e2e.faults;

import java.io.IOException;

/**
 * An external service with a worker that echoes each message, which can be made to fail. One for
 * each cell of the table. To bring another kind of service into the table is to implement this and
 * to add it to {@link Backends}.
 */
interface Backend extends AutoCloseable {

    /** {@return its connector as a YAML flow mapping without braces: type and settings} */
    String connector();

    /** Starts it, for the first time or again; returns when it answers. */
    void start() throws IOException, InterruptedException;

    /** Begins the fault; returns when it has begun. */
    void inflict(Fault fault) throws IOException, InterruptedException;

    /** Ends the fault; returns when the service is as well as a started one. */
    void heal(Fault fault) throws IOException, InterruptedException;

    /** {@return what the worker did; survives the worker} */
    Deliveries deliveries() throws IOException;

    /** Ends everything that was started. */
    @Override
    void close() throws IOException;
}
