package dev.weir.config;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;

/**
 * Which clients meet which workers, and the policies between them.
 *
 * @param name shown in logs, metrics and the admin page; unique
 * @param clients path template that clients connect to; its variables are the key, none is a pool
 * @param workers path template that workers connect to, with the same variables; empty with a
 *     connector
 * @param connector name of the connector that serves the clients; empty with workers
 * @param whenOpen what a client gets while the connector's breaker is open
 * @param fallback name of the connector that serves then; empty unless that is the policy
 * @param deadLetter name of the connector that gets what the first did not take; empty is none
 * @param forwardHeaders names of headers of the handshake that the service gets to see
 * @param assign how a free worker is chosen
 * @param clientWait key {@code wait}: how long a client waits for a worker; zero is off: 504
 * @param waitingRoom who may wait
 * @param onClientGone what happens to the worker of a client that left
 * @param onWorkerLost what happens to the client of a worker that is lost
 * @param onDuplicate what happens to a second client of the same key
 * @param subprotocols those that may be chosen; empty: the first that each side offers
 * @param origins allowed Origin values: {@code https://app.example}, or hosts such as {@code
 *     *.example}; empty: any
 * @param queue the outbox of each direction
 * @param message what a message may be
 * @param writeDeadline how long one write to a peer may take
 * @param idle a session without data frames for so long is closed; zero is off
 * @param compression whether permessage-deflate is negotiated
 */
public record RouteConfig(
        String name,
        String clients,
        String workers,
        String connector,
        WhenOpen whenOpen,
        String fallback,
        String deadLetter,
        List<String> forwardHeaders,
        Assign assign,
        // A record component cannot be named "wait": Object has a final method of that name.
        @JsonProperty("wait") Duration clientWait,
        WaitingRoom waitingRoom,
        OnClientGone onClientGone,
        OnWorkerLost onWorkerLost,
        OnDuplicate onDuplicate,
        List<String> subprotocols,
        List<String> origins,
        QueueConfig queue,
        MessageConfig message,
        Duration writeDeadline,
        Duration idle,
        boolean compression) {

    /**
     * Who may wait for the other side.
     *
     * @param clients how many clients of the route
     * @param workers how many workers of the route
     * @param workerWait how long a worker waits for a client; zero is without limit
     */
    public record WaitingRoom(int clients, int workers, Duration workerWait) {

        /** {@return the embedded defaults} */
        public static WaitingRoom defaults() {
            return new WaitingRoom(1000, 10_000, Duration.ZERO);
        }
    }

    public RouteConfig {
        workers = requireNonNullElse(workers, "");
        connector = requireNonNullElse(connector, "");
        whenOpen = requireNonNullElse(whenOpen, WhenOpen.REJECT);
        fallback = requireNonNullElse(fallback, "");
        deadLetter = requireNonNullElse(deadLetter, "");
        forwardHeaders = List.copyOf(requireNonNullElse(forwardHeaders, List.of()));
        assign = requireNonNullElse(assign, Assign.ROUND_ROBIN);
        clientWait = requireNonNullElse(clientWait, Duration.ofSeconds(30));
        waitingRoom = requireNonNullElse(waitingRoom, WaitingRoom.defaults());
        onClientGone = requireNonNullElse(onClientGone, OnClientGone.CLOSE);
        onWorkerLost = requireNonNullElse(onWorkerLost, OnWorkerLost.CLOSE);
        onDuplicate = requireNonNullElse(onDuplicate, OnDuplicate.REJECT);
        subprotocols = List.copyOf(requireNonNullElse(subprotocols, List.of()));
        origins = List.copyOf(requireNonNullElse(origins, List.of()));
        queue = requireNonNullElse(queue, QueueConfig.defaults());
        message = requireNonNullElse(message, MessageConfig.defaults());
        writeDeadline = requireNonNullElse(writeDeadline, Duration.ofSeconds(10));
        idle = requireNonNullElse(idle, Duration.ZERO);
    }

    /** {@return a route with default policies} */
    public static RouteConfig of(String name, String clients, String workers) {
        return new RouteConfig(
                name,
                clients,
                workers,
                "",
                WhenOpen.REJECT,
                "",
                "",
                List.of(),
                Assign.ROUND_ROBIN,
                Duration.ofSeconds(30),
                WaitingRoom.defaults(),
                OnClientGone.CLOSE,
                OnWorkerLost.CLOSE,
                OnDuplicate.REJECT,
                List.of(),
                List.of(),
                QueueConfig.defaults(),
                MessageConfig.defaults(),
                Duration.ofSeconds(10),
                Duration.ZERO,
                false);
    }

    /** {@return whether its workers are an external service} */
    public boolean hasConnector() {
        return !connector.isEmpty();
    }

    /** {@return the embedded default route} */
    public static RouteConfig defaults() {
        return of("default", "/client/{key}", "/worker/{key}");
    }
}
