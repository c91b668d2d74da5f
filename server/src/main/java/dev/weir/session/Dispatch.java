package dev.weir.session;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Incoming;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.Message;
import dev.weir.connectors.guard.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways of one client's messages: to the service of its route, to the fallback while that is not
 * asked, and to the dead letters when nobody took them. Thread-safe; has no lock.
 */
final class Dispatch {

    private static final Logger log = LoggerFactory.getLogger(Dispatch.class);

    private final Upstream upstream;
    private final Caller caller;
    private final Session.Shared shared;
    private final Ending ending;
    private final Lane primary;
    private final @Nullable Lane fallback;
    private final @Nullable Lane deadLetters;

    /**
     * Ways that are not open yet.
     *
     * @param ending of the client
     * @param fromPrimary hears the service
     * @param fromFallback hears the fallback
     */
    Dispatch(
            Upstream upstream,
            Caller caller,
            Session.Shared shared,
            Ending ending,
            Lane.Listener fromPrimary,
            Lane.Listener fromFallback) {
        this.upstream = upstream;
        this.caller = caller;
        this.shared = shared;
        this.ending = ending;
        Upstream.Services services = upstream.services();
        this.primary = new Lane(services.primary(), caller, fromPrimary);
        this.fallback = laneTo(services.fallback(), fromFallback);
        this.deadLetters = laneTo(services.deadLetters(), new Unheard());
    }

    private @Nullable Lane laneTo(@Nullable Service service, Lane.Listener listener) {
        return service == null ? null : new Lane(service, caller, listener);
    }

    /** Hears the dead letters, which have nothing to say. */
    private static final class Unheard implements Lane.Listener {

        @Override
        public boolean came(Incoming incoming) {
            return incoming instanceof Message;
        }

        @Override
        public void lost(LinkException cause) {
            log.atDebug().setCause(cause).log("dead-letter link lost");
        }
    }

    /** {@return the link to the service of the route} Opens it, once, when it is not open. */
    Link dial() throws LinkException, InterruptedException {
        return primary.link();
    }

    /** Opens the link, or that to the fallback; waits for the service where the route says so. */
    void open() throws LinkException, InterruptedException {
        Patience patience = new Patience(upstream, ending, shared.nanoClock());
        while (true) {
            try {
                primary.link();
                return;
            } catch (LinkException e) {
                if (fallback != null && isForFallback(e)) {
                    fallback.link();
                    return;
                }
                if (ending.hasCome() || !patience.waitAfter(e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Gets a message to the service or the fallback; waits where the route says so.
     *
     * @throws LinkException when neither has it, or perhaps not
     * @throws InterruptedException when told to give up while it is being sent
     */
    void send(Message message) throws LinkException, InterruptedException {
        Patience patience = new Patience(upstream, ending, shared.nanoClock());
        while (true) {
            try {
                primary.send(message);
                return;
            } catch (LinkException e) {
                if (fallback != null && isForFallback(e)) {
                    fallback.send(message);
                    return;
                }
                if (e.mayHaveArrived() || isOver() || !waited(patience, e)) {
                    throw e;
                }
            }
        }
    }

    /** {@return whether nobody waits any more, or whoever runs this is told to stop} */
    boolean isOver() {
        return ending.hasCome() || Thread.currentThread().isInterrupted();
    }

    /** {@return whether to try again} Who is told to stop meanwhile has not sent it. */
    private static boolean waited(Patience patience, LinkException failure) {
        try {
            return patience.waitAfter(failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The primary has it for sure not, and may have no more for a while. */
    private static boolean isForFallback(LinkException failure) {
        return switch (failure.kind()) {
            case NOT_TRIED, UNREACHABLE, BUSY -> true;
            case TIMED_OUT, FAILED, LOST, REJECTED, OVERFLOWED, CLOSED -> false;
        };
    }

    /** {@return whether the dead letters have a message that nobody took} Reports it in any case. */
    boolean bury(Message message, LinkException cause) throws InterruptedException {
        boolean buried = false;
        if (deadLetters != null) {
            try {
                deadLetters.send(message);
                buried = true;
            } catch (LinkException e) {
                cause.addSuppressed(e);
            }
        }
        log.atWarn()
                .addKeyValue("session", caller.session())
                .addKeyValue("route", caller.route())
                .addKeyValue("connector", primary.service().name())
                .addKeyValue("message", message.id())
                .addKeyValue("bytes", message.length())
                .addKeyValue("failure", cause.kind().name())
                .addKeyValue("cause", cause.getMessage())
                .log(buried ? "message dead-lettered" : "message failed");
        return buried;
    }

    /** Closes all ways; blocks as the links do. */
    void close(Goodbye goodbye) {
        primary.close(goodbye);
        if (fallback != null) {
            fallback.close(goodbye);
        }
        if (deadLetters != null) {
            deadLetters.close(goodbye);
        }
    }
}
