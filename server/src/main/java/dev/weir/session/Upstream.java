package dev.weir.session;

import dev.weir.config.OnWorkerLost;
import dev.weir.config.RouteConfig;
import dev.weir.config.WhenOpen;
import dev.weir.connectors.Caller;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.guard.Service;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Side;
import io.opentelemetry.api.trace.SpanContext;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The external service that is the worker of a route's clients, and what they get when it fails.
 * Thread-safe.
 */
public final class Upstream {

    /**
     * The services of a route.
     *
     * @param primary the one that serves
     * @param fallback serves while the breaker of the primary is open, or null
     * @param deadLetters gets what the primary did not take, or null
     * @param choosesSubprotocol the primary is asked before a client's handshake is answered
     */
    public record Services(
            Service primary,
            @Nullable Service fallback,
            @Nullable Service deadLetters,
            boolean choosesSubprotocol) {}

    private final RouteConfig route;
    private final Services services;
    private final Session.Shared shared;
    private final Semaphore room;

    /** The services behind that route. */
    public Upstream(RouteConfig route, Services services, Session.Shared shared) {
        this.route = route;
        this.services = services;
        this.shared = shared;
        this.room = new Semaphore(route.waitingRoom().clients());
    }

    RouteConfig route() {
        return route;
    }

    Services services() {
        return services;
    }

    Session.Shared shared() {
        return shared;
    }

    /** {@return how many clients wait for the service to come back} */
    int waiting() {
        return route.waitingRoom().clients() - room.availablePermits();
    }

    /** {@return whether there is room for one more that waits; it then has to leave again} */
    boolean enterRoom() {
        return room.tryAcquire();
    }

    void leaveRoom() {
        room.release();
    }

    /** {@return whether a client's handshake is answered only when its link is open} */
    public boolean dialsFirst() {
        return services.choosesSubprotocol() && route.whenOpen() == WhenOpen.REJECT;
    }

    /**
     * Opens the link of a client whose handshake is not answered yet. Blocks, at most as long as
     * the service may take to connect.
     *
     * @param offered the subprotocols that the service may choose from
     * @throws RefusedException when the service cannot be had
     */
    public LinkLeg dial(Identity client, List<String> offered) throws RefusedException {
        LinkLeg leg = new LinkLeg(this, caller(client, offered), inherited(client), shared);
        try {
            leg.dial();
            return leg;
        } catch (LinkException e) {
            throw new RefusedException(refusalFor(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leg.end(new End(Side.WORKER, CloseReason.NOT_OPENED));
            throw new RefusedException(Refusal.DRAINING);
        }
    }

    /** {@return a link for a client; it opens when the conversation begins} */
    LinkLeg linkFor(Party party) {
        Session client = (Session) party;
        LinkLeg dialed = client.takeDialed();
        if (dialed != null) {
            return dialed;
        }
        String chosen = client.identity().subprotocol();
        List<String> offered = chosen.isEmpty() ? List.of() : List.of(chosen);
        return new LinkLeg(
                this, caller(client.identity(), offered), inherited(client.identity()), shared);
    }

    private static Caller caller(Identity client, List<String> offered) {
        return new Caller(
                client.id(),
                client.route().name(),
                client.key(),
                client.variables(),
                client.address(),
                offered,
                client.headers(),
                traceparent(client),
                client.since());
    }

    /** {@return the handshake as a parent: our span where there is one, else what came with it} */
    private static @Nullable String traceparent(Identity client) {
        SpanContext span = client.handshake();
        return span.isValid()
                ? "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                        + span.getTraceFlags().asHex()
                : client.traceparent();
    }

    /** {@return the trace that all messages are part of while none is traced here, or null} */
    private static @Nullable String inherited(Identity client) {
        return client.handshake().isValid() ? null : client.traceparent();
    }

    /** {@return whether a client stays when the service fails at one of its messages} */
    boolean clientsStay() {
        return route.onWorkerLost() == OnWorkerLost.WAIT;
    }

    /** {@return how a client ends because of a failure that it is not spared} */
    CloseReason reasonFor(LinkException failure) {
        return switch (failure.kind()) {
            case NOT_TRIED ->
                    route.whenOpen() == WhenOpen.WAIT
                            ? CloseReason.WAIT_EXPIRED
                            : CloseReason.SERVICE_OPEN;
            case REJECTED -> CloseReason.SERVICE_REFUSED;
            case OVERFLOWED -> CloseReason.TOO_MANY_REPLIES;
            case UNREACHABLE, BUSY, TIMED_OUT, FAILED, LOST, CLOSED -> CloseReason.SERVICE_FAILED;
        };
    }

    private static Refusal refusalFor(LinkException failure) {
        return switch (failure.kind()) {
            case NOT_TRIED, BUSY -> Refusal.SERVICE_OPEN;
            case TIMED_OUT -> Refusal.SERVICE_TIMED_OUT;
            case REJECTED -> Refusal.SERVICE_REFUSED;
            case UNREACHABLE, FAILED, LOST, OVERFLOWED, CLOSED -> Refusal.SERVICE_FAILED;
        };
    }
}
