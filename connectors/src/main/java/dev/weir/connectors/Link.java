package dev.weir.connectors;

/**
 * A two-way channel of messages between one client and an external worker service.
 *
 * <p>Threads: several may send at once, unless {@link Connector.Provider#concurrent} says no; one
 * receives; any may close.
 */
public interface Link {

    /** {@return the subprotocol that the service chose; empty when there is none} */
    default String subprotocol() {
        return "";
    }

    /**
     * Hands a message to the service; returns when the service has it: it answered, confirmed, or
     * at least took it from the connection, whatever is the strongest that it offers. Returns at
     * the latest after the deadlines.
     *
     * @throws LinkException when the service has it not, or perhaps not: {@link
     *     LinkException#mayHaveArrived}
     * @throws InterruptedException when told to give up; it may have arrived
     */
    void send(Message message) throws LinkException, InterruptedException;

    /**
     * Waits for what comes from the service: a message, or its good-bye. Has no deadline, for a
     * service may be silent for hours; {@link #close} and interruption end the wait. After a
     * good-bye or an exception nothing more comes.
     *
     * @throws LinkException when the link broke; of kind {@link LinkException.Kind#CLOSED} when we
     *     closed it
     * @throws InterruptedException when told to give up
     */
    Incoming receive() throws LinkException, InterruptedException;

    /**
     * Closes the link and wakes who receives. Tells the service how the client ended, where the
     * service wants to know. Idempotent: only the first call counts. Returns within the deadlines.
     */
    void close(Goodbye how);
}
