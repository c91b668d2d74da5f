package dev.weir.connectors;

/**
 * Opens links to one external worker service. A connector is one file: this interface, its {@link
 * Link} and its {@link Provider}, nested. Breaker, retries, metrics and traces are not its business
 * but the guard's, written once.
 *
 * <p>Creating one does no I/O, so that a relay starts while a service is down. Everything here is
 * thread-safe, and blocks where it must: callers are virtual threads, interruption is cancellation.
 */
public interface Connector extends AutoCloseable {

    /**
     * Opens a link for one client. Returns at the latest after {@link Deadlines#connect}.
     *
     * @throws LinkException when the service cannot be reached or does not want this client
     * @throws InterruptedException when told to give up; nothing of the link is left then
     */
    Link open(Caller caller) throws LinkException, InterruptedException;

    /**
     * Asks whether the service is there, without any message to it where that is possible. For
     * readiness, and for the probes of an open breaker. Returns at the latest after {@link
     * Deadlines#connect}.
     *
     * @throws LinkException when it is not
     * @throws InterruptedException when told to give up
     */
    void check() throws LinkException, InterruptedException;

    /**
     * {@return whether {@link #open} asks the service about this client, so that its success speaks
     * for the service} Otherwise the guard learns from messages alone.
     */
    default boolean opensAtService() {
        return false;
    }

    /** {@return whether messages go to a broker, which has them when no worker is there yet} */
    default boolean viaBroker() {
        return false;
    }

    /** Closes all links and connections; idempotent. Returns within seconds. */
    @Override
    void close();

    /** Makes connectors of one kind; found by {@link java.util.ServiceLoader}. */
    interface Provider {

        /** {@return the {@code type} in the configuration: one lower-case word} */
        String type();

        /** {@return one sentence for the documentation} */
        String summary();

        /** {@return the settings beside those that every connector has} */
        SettingsSpec settings();

        /**
         * {@return whether the service itself chooses the subprotocol of each client, so that its
         * link must be open before the client's handshake is answered}
         */
        default boolean choosesSubprotocol() {
            return false;
        }

        /**
         * {@return whether a link takes several messages at once, from as many threads} Only then
         * can a configuration ask for it.
         */
        default boolean concurrent() {
            return true;
        }

        /**
         * {@return a connector} Does no I/O and starts no thread.
         *
         * @param settings valid for {@link #settings}
         * @throws IllegalArgumentException when settings do not fit together; the message starts
         *     with the key that is wrong, and a colon
         */
        Connector create(Settings settings, Environment environment);
    }
}
