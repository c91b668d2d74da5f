package dev.weir.session;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Incoming;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.Message;
import dev.weir.connectors.guard.Service;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One client's way to one service: a link that is opened when it is needed first, and again when it
 * was lost. Thread-safe.
 *
 * <p>Each link has a virtual thread, which opens it and then waits for what comes from the service.
 */
final class Lane {

    /** Who hears what comes; called by the thread of the link, and may block it. */
    interface Listener {

        /** {@return whether to go on listening} */
        boolean came(Incoming incoming) throws InterruptedException;

        /** The link broke and was not closed by us; it is opened again when it is needed. */
        void lost(LinkException cause);
    }

    /** A link, from the decision to open it; and the thread that is its own. */
    private static final class Opening {
        final CompletableFuture<Link> link = new CompletableFuture<>();
        volatile @Nullable Thread thread;
    }

    private final Service service;
    private final Caller caller;
    private final Listener listener;
    private final AtomicReference<@Nullable Opening> current = new AtomicReference<>();

    private volatile @Nullable Goodbye closed;

    Lane(Service service, Caller caller, Listener listener) {
        this.service = service;
        this.caller = caller;
        this.listener = listener;
    }

    Service service() {
        return service;
    }

    /**
     * {@return the open link} Opens it when it is not; the wait for that is bounded by the
     * deadlines of the service.
     *
     * @throws LinkException when it cannot be opened
     */
    Link link() throws LinkException, InterruptedException {
        Opening mine = new Opening();
        Opening opening = current.compareAndExchange(null, mine);
        if (opening == null) {
            opening = mine;
            mine.thread = Thread.ofVirtual()
                    .name("link-" + service.name() + "-" + caller.session())
                    .unstarted(() -> openAndListen(mine));
            mine.thread.start();
        }
        if (closed != null) {
            cancel(opening);
        }
        try {
            return opening.link.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinkException failure) {
                throw failure;
            }
            throw new IllegalStateException("opening a link to " + service.name(), e.getCause());
        }
    }

    void send(Message message) throws LinkException, InterruptedException {
        link().send(message);
    }

    private void openAndListen(Opening mine) {
        try {
            Link link = service.open(caller);
            mine.link.complete(link);
            Goodbye already = closed;
            if (already != null) {
                link.close(already);
            }
            listen(mine, link);
        } catch (LinkException e) {
            current.compareAndSet(mine, null);
            mine.link.completeExceptionally(e);
        } catch (InterruptedException e) {
            current.compareAndSet(mine, null);
            mine.link.completeExceptionally(closedByUs());
        } catch (RuntimeException e) {
            current.compareAndSet(mine, null);
            mine.link.completeExceptionally(e);
            throw e;
        }
    }

    private void listen(Opening mine, Link link) throws InterruptedException {
        try {
            boolean more = true;
            while (more) {
                more = listener.came(link.receive());
            }
        } catch (LinkException e) {
            current.compareAndSet(mine, null);
            Goodbye ours = closed;
            if (ours == null) {
                listener.lost(e);
            }
            link.close(ours == null ? Goodbye.GOING_AWAY : ours);
        }
    }

    private LinkException closedByUs() {
        return new LinkException(Kind.CLOSED, service.name() + ": the link was closed");
    }

    /** Closes the link, if there is one, or gives up opening it. Blocks as the link does. */
    void close(Goodbye how) {
        if (closed != null) {
            return;
        }
        closed = how;
        Opening opening = current.get();
        if (opening != null && opening.link.isDone() && !opening.link.isCompletedExceptionally()) {
            opening.link.join().close(how);
        } else if (opening != null) {
            cancel(opening);
        }
    }

    /** While it opens, the thread waits for nothing else, so that an interrupt can only mean that. */
    private static void cancel(Opening opening) {
        Thread thread = opening.thread;
        if (thread != null && !opening.link.isDone()) {
            thread.interrupt();
        }
    }
}
