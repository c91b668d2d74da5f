package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of a connector to a broker, by their sessions. All share one connection; how a message
 * is published on it is all that differs between brokers.
 */
final class BrokerLinks {

    /** Hands events to the broker. */
    interface Publisher {

        /**
         * Returns when the broker, or the service, has it.
         *
         * @param address where to, made for this client when its link was opened
         * @param message null when the event is not about one
         */
        void publish(String address, Caller caller, CloudEvent event, @Nullable Message message)
                throws LinkException, InterruptedException;
    }

    /** A setting of connectors that use this; so are the other ones. */
    static final Setting ACK = Setting.text("ack", "", "What the client is sent for each message"
            + " that the broker has, only where no replies are wanted", "accepted");

    static final Setting EVENTS = Setting.texts("events",
            "Of what the service is told beside messages: connected, disconnected",
            "[connected, disconnected]");

    static final Setting ANSWERS = Setting.size("answers", 1024 * 1024, 1, 1L << 30,
            "Bytes of answers that may wait for one client; with more its link ends");

    private static final String CONNECTED = "connected";
    private static final String DISCONNECTED = "disconnected";

    private static final Logger LOG = LoggerFactory.getLogger(BrokerLinks.class);

    private final Settings settings;
    private final Environment environment;
    private final Publisher publisher;
    private final List<String> events;
    private final String ack;
    private final Map<String, BrokerLink> bySession = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * None yet.
     *
     * @throws IllegalArgumentException when the settings are wrong
     */
    BrokerLinks(Settings settings, Environment environment, Publisher publisher) {
        this.settings = settings;
        this.environment = environment;
        this.publisher = publisher;
        this.events = settings.texts("events");
        this.ack = settings.text("ack");
        for (String event : events) {
            if (!event.equals(CONNECTED) && !event.equals(DISCONNECTED)) {
                throw new IllegalArgumentException("events: is connected, disconnected or both");
            }
        }
    }

    /** {@return whether opening a link asks the service} */
    boolean openAtService() {
        return events.contains(CONNECTED);
    }

    /** Opens a link; tells the service, where it wants to know. */
    Link open(String address, Caller caller) throws LinkException, InterruptedException {
        BrokerLink link = new BrokerLink(address, caller);
        bySession.put(caller.session(), link);
        boolean done = false;
        try {
            if (closed) {
                throw new LinkException(
                        Kind.CLOSED, environment.name() + ": the connector is closed");
            }
            if (openAtService()) {
                publisher.publish(
                        address, caller, CloudEvent.connected(environment, caller), null);
            }
            done = true;
        } finally {
            if (!done) {
                bySession.remove(caller.session(), link);
            }
        }
        return link;
    }

    /**
     * Gives what the service sent to the link of this session; does not wait.
     *
     * @return whether it will be received; if not, because that client is gone or too slow
     */
    boolean deliver(String session, Incoming reply) {
        BrokerLink link = bySession.get(session);
        if (link == null) {
            LOG.atDebug().addKeyValue("connector", environment.name())
                    .addKeyValue("session", session).log("a reply for a client that is not here");
            return false;
        }
        return switch (reply) {
            case Message message -> link.deliver(message);
            case Goodbye goodbye -> {
                link.inbox.end(goodbye);
                yield true;
            }
        };
    }

    /** Ends all links: none of them can go on. */
    void fail(Kind kind, String why) {
        for (BrokerLink link : bySession.values()) {
            link.inbox.fail(new LinkException(kind, environment.name() + ": " + why));
        }
    }

    /** Closes all links, and those that are opened yet. */
    void close() {
        closed = true;
        for (BrokerLink link : bySession.values()) {
            link.inbox.close(environment.name());
        }
        bySession.clear();
    }

    private final class BrokerLink implements Link {

        private final String address;
        private final Caller caller;
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Inbox inbox = new Inbox(settings.bytes("answers"));

        BrokerLink(String address, Caller caller) {
            this.address = address;
            this.caller = caller;
        }

        @Override
        public void send(Message message) throws LinkException, InterruptedException {
            inbox.failIfEnded(environment.name());
            publisher.publish(
                    address, caller, CloudEvent.message(environment, caller, message), message);
            if (!ack.isEmpty()) {
                deliver(Message.text(ack));
            }
        }

        @Override
        public Incoming receive() throws LinkException, InterruptedException {
            return inbox.take();
        }

        @Override
        public void close(Goodbye how) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            bySession.remove(caller.session(), this);
            inbox.close(environment.name());
            if (events.contains(DISCONNECTED)) {
                tell(how);
            }
        }

        private void tell(Goodbye how) {
            try {
                publisher.publish(address, caller,
                        CloudEvent.disconnected(environment, caller, how), null);
            } catch (LinkException e) {
                LOG.atWarn().addKeyValue("connector", environment.name())
                        .addKeyValue("session", caller.session())
                        .addKeyValue("cause", e.getMessage())
                        .log("the service does not know that the client is gone");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** A client that takes less than it gets loses its link; others do not wait for it. */
        boolean deliver(Message message) {
            if (message.length() > environment.messageMax()) {
                inbox.fail(new LinkException(Kind.FAILED, environment.name() + ": a reply of "
                        + message.length() + " bytes is too large"));
                return false;
            }
            boolean taken = inbox.offer(message);
            if (!taken) { // If the link has ended already, that end counts.
                inbox.fail(new LinkException(Kind.OVERFLOWED, environment.name()
                        + ": the client takes replies more slowly than they come"));
            }
            return taken;
        }
    }
}
