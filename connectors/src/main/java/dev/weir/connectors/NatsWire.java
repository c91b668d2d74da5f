package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.MessageHandler;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A life of the connection to a NATS server. It ends with the TCP connection; the client library's
 * own reconnecting is off, for it would keep what was published meanwhile and send it after those
 * who published were told that it is lost.
 */
final class NatsWire implements Reconnecting.Life {

    /** What the connection tells; its threads must not wait here. */
    interface Events {

        /** The wire has ended. */
        void ended();

        /** Messages to this node were dropped, because more came than it could sort. */
        void dropped();
    }

    private final String name;
    private final Events events;
    private final Connection connection;
    private final JetStream stream;
    private volatile @Nullable String end;
    private volatile String lastError = "disconnected";

    /**
     * Connects and subscribes.
     *
     * @param name of the connector, for messages
     * @param subject of all replies to this node
     * @param limits how many messages, and bytes, may wait to be handled
     * @param replies called by one thread, in the order of arrival
     */
    NatsWire(String name, Options.Builder options, String subject, long[] limits,
            MessageHandler replies, Events events) throws IOException, InterruptedException {
        this.name = name;
        this.events = events;
        this.connection = Nats.connect(options
                .connectionListener(this::changed)
                .errorListener(new Errors())
                .build());
        this.stream = connection.jetStream();
        Dispatcher dispatcher = connection.createDispatcher(replies);
        dispatcher.setPendingLimits(limits[0], limits[1]);
        dispatcher.subscribe(subject);
    }

    /** {@return the same, for a server with TLS, whose certificate must be of its name} */
    static Options.Builder secured(Options.Builder options) throws GeneralSecurityException {
        return options.sslContext(VerifiedTls.context())
                // The other modes dial an address, and the name of the server is forgotten.
                .hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs);
    }

    @Override
    public @Nullable String end() {
        return connection.getStatus() == Connection.Status.CONNECTED ? end : lastError;
    }

    @Override
    public void close() {
        end = "the connector is closed";
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Asks the server for an answer.
     *
     * @throws IOException when it gives none within the connect deadline
     */
    void check() throws IOException {
        connection.RTT();
    }

    /** Publishes; what is known then is only that the message is queued in order. */
    void publish(String subject, @Nullable String replyTo, @Nullable Headers headers, byte[] body)
            throws LinkException, InterruptedException {
        try {
            connection.publish(subject, replyTo, headers, body);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw refused(e);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Publishes to a stream. {@return the server's word that it is stored} */
    CompletableFuture<PublishAck> store(String subject, Headers headers, byte[] body)
            throws LinkException {
        try {
            return stream.publishAsync(subject, headers, body);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw refused(e);
        }
    }

    private LinkException refused(RuntimeException why) {
        if (why instanceof IllegalArgumentException) {
            return new LinkException(Kind.REJECTED, name + ": not a message for NATS: "
                    + why.getMessage() + " (at most " + connection.getMaxPayload() + " bytes)",
                    why);
        }
        return end() == null
                ? new LinkException(Kind.BUSY, name + ": " + why.getMessage(), why)
                : new LinkException(Kind.UNREACHABLE, name + ": not sent: " + end(), why);
    }

    private void changed(Connection source, ConnectionListener.Events event) {
        if (event == ConnectionListener.Events.DISCONNECTED
                || event == ConnectionListener.Events.CLOSED) {
            if (end == null) {
                end = lastError;
            }
            events.ended();
        }
    }

    private final class Errors implements ErrorListener {

        @Override
        public void errorOccurred(Connection source, String error) {
            lastError = error;
        }

        @Override
        public void exceptionOccurred(Connection source, Exception error) {
            lastError = error.toString();
        }

        @Override
        public void slowConsumerDetected(Connection source, Consumer consumer) {
            events.dropped();
        }
    }
}
