package dev.weir.session;

import dev.weir.config.RouteConfig;
import dev.weir.connectors.Caller;
import dev.weir.connectors.Deadlines;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Incoming;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.Message;
import dev.weir.connectors.guard.Service;
import dev.weir.connectors.guard.State;
import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Leg;
import dev.weir.pair.Pair;
import dev.weir.pair.PartlyTakenException;
import dev.weir.pair.Side;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.MessageTrace;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.Remains;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link to an external service in the place of a worker: takes a client's messages out of its
 * outbox one by one, or as many at once as the service is said to bear, and puts what comes from
 * the service into the direction to the client.
 *
 * <p>Every message that it takes ends in one of four ways: the service has it, the fallback has it,
 * the dead letters have it, or it is reported as failed, which ends the client unless its route
 * lets it stay.
 *
 * <p>Threads: {@link #write} is called by the pump; the listener by the thread of a lane; the rest
 * by anybody. It has no lock of its own.
 */
public final class LinkLeg implements Party {

    private static final Logger log = LoggerFactory.getLogger(LinkLeg.class);

    private final Upstream upstream;
    private final Caller caller;
    private final Session.Shared shared;
    private final Outbox outbox;
    private final Answers answers;
    private final MessageAssembly assembly;
    private final Service service;
    private final InFlight inFlight;
    private final Tallies.Tally tally;
    private final Dispatch dispatch;

    private final AtomicReference<@Nullable End> ended = new AtomicReference<>();
    private final Ending ending = new Ending();
    private final LongAdder taken = new LongAdder();
    private volatile String subprotocol = "";
    private volatile @Nullable Pair pair;

    /**
     * A link that is not open yet.
     *
     * @param inherited the trace of messages that are not traced here (W3C Trace Context), or null
     */
    LinkLeg(
            Upstream upstream,
            Caller caller,
            @Nullable String inherited,
            Session.Shared shared) {
        this.upstream = upstream;
        this.caller = caller;
        this.shared = shared;
        this.outbox =
                new Outbox(upstream.route().queue(), shared.pool(), shared.nanoClock());
        this.tally = shared.tallies().of(new Ledger.Account(caller.route(), Side.WORKER));
        this.answers = new Answers(this, caller,
                new Inbound(upstream.route().message(), outbox, shared.pool()), tally);
        this.assembly = new MessageAssembly(caller, inherited, shared);
        this.service = upstream.services().primary();
        this.inFlight = new InFlight(service.policy().concurrency());
        this.dispatch = new Dispatch(
                upstream, caller, shared, ending, new FromService(true), new FromService(false));
    }

    // Opening.

    /** Opens the link, before its client's handshake is answered. */
    void dial() throws LinkException, InterruptedException {
        subprotocol = dispatch.dial().subprotocol();
    }

    /** {@return the subprotocol that the service chose when it was dialed; empty is none} */
    public String subprotocol() {
        return subprotocol;
    }

    /**
     * Opens the link, or waits for the service where the route says so. That it failed is told as
     * its end, like that of a worker that went away.
     */
    @Override
    public boolean awaitOpen() throws InterruptedException {
        try {
            dispatch.open();
        } catch (LinkException e) {
            fail(e, "link not opened");
        }
        return true;
    }

    // From the client to the service.

    /** Never at once: a call takes its time. */
    @Override
    public boolean tryWrite(FrameBuffer run) {
        return false;
    }

    @Override
    public void write(FrameBuffer run) throws PartlyTakenException {
        int offset = 0;
        for (int taken = 0; taken < run.frames(); taken++) {
            if (ended.get() != null) {
                throw new PartlyTakenException(taken);
            }
            FrameBuffer.Frame frame = run.frameAt(offset);
            int length = frame.payload().remaining();
            offset += FrameBuffer.headerLength(length) + length;
            try {
                if (!take(frame, run.traceOf(taken))) {
                    throw new PartlyTakenException(taken);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PartlyTakenException(taken + 1);
            }
        }
    }

    /** {@return false when the message is still good for another link} */
    private boolean take(FrameBuffer.Frame frame, @Nullable MessageTrace trace)
            throws InterruptedException {
        if (!assembly.add(frame, trace)) {
            end(new End(Side.WORKER, CloseReason.OUT_OF_MEMORY));
            undelivered(frame.payload().remaining());
            return true;
        }
        Message whole = assembly.whole();
        if (whole == null) {
            return true;
        }
        boolean inOneFrame = frame.opcode() != Opcode.CONTINUATION;
        if (inOneFrame && inFlight.oneAtATime()) {
            return deliver(whole);
        }
        inFlight.deliver(() -> {
            if (!deliver(whole)) {
                undelivered(whole.length());
            }
        });
        return true;
    }

    /** {@return false when nobody has it and this link is over, so that another may have it} */
    private boolean deliver(Message message) throws InterruptedException {
        boolean settled = false;
        boolean good = false;
        try {
            dispatch.send(message);
            settled = true;
            tally.links().sent(message.length());
        } catch (LinkException e) {
            good = !e.mayHaveArrived() && dispatch.isOver();
            settled = !good && dispatch.bury(message, e);
            if (!good && !settled && !(upstream.clientsStay() && e.kind() != Kind.NOT_TRIED)) {
                fail(e, "message not delivered");
            }
        } finally {
            taken.increment();
            assembly.settled(message);
            if (!settled && !good) {
                undelivered(message.length());
            }
        }
        return !good;
    }

    private void undelivered(int bytes) {
        Pair joined = pair;
        if (joined != null) {
            joined.partnerOf(this).lost(new Remains(1, bytes));
        }
    }

    private void fail(LinkException cause, String what) {
        End how = new End(Side.WORKER, upstream.reasonFor(cause));
        if (ended.get() == null) {
            log.atWarn()
                    .addKeyValue("session", caller.session())
                    .addKeyValue("route", caller.route())
                    .addKeyValue("connector", service.name())
                    .addKeyValue("failure", cause.kind().name())
                    .addKeyValue("cause", cause.getMessage())
                    .addKeyValue("reason", how.reason().label())
                    .log(what);
        }
        end(how);
    }

    // From the service to the client.

    /** Hears the primary or the fallback. */
    private final class FromService implements Lane.Listener {

        private final boolean first;

        FromService(boolean first) {
            this.first = first;
        }

        @Override
        public boolean came(Incoming incoming) throws InterruptedException {
            switch (incoming) {
                case Message message -> answers.put(message);
                case Goodbye goodbye -> {
                    Close close = new Close(goodbye.code(), goodbye.reason());
                    end(new End(Side.WORKER, CloseReason.CLOSED, close));
                    return false;
                }
            }
            return ended.get() == null;
        }

        @Override
        public void lost(LinkException cause) {
            if (first) { // a lost fallback is opened again with the next message
                fail(cause, "link lost");
            }
        }
    }

    /** Puts a message in that did not come over the link, between two that did. */
    Pushed push(int opcode, ByteBuffer payload) throws InterruptedException {
        return answers.push(opcode, payload);
    }

    /** A side does not take what the other one sends it: that one ends. */
    void endSlowSide(CloseReason reason) {
        Pair joined = pair;
        Leg slow = joined == null ? this : joined.partnerOf(this);
        slow.end(new End(slow.side(), reason));
    }

    // As a leg.

    @Override
    public Side side() {
        return Side.WORKER;
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    @Override
    public void delivered(FrameBuffer run) {
        int messages = run.messages();
        if (messages > 0) {
            tally.forward().record(shared.nanoClock().getAsLong() - run.since(), messages);
        }
    }

    @Override
    public void lost(Remains what) {
        tally.lost().add(what.messages());
    }

    @Override
    public @Nullable End end() {
        return ended.get();
    }

    @Override
    public void end(End how) {
        if (!ended.compareAndSet(null, how)) {
            return;
        }
        ending.come();
        outbox.finish();
        Pair joined = pair;
        if (joined != null) {
            joined.ended(how);
        }
        // Closing may block; whoever ends a leg must not.
        Thread.ofVirtual().name("link-close-" + caller.session()).start(() -> close(how));
    }

    private void close(End how) {
        Deadlines deadlines = service.policy().deadlines();
        inFlight.awaitNone(deadlines.send().plus(deadlines.answer()));
        Close words = how.close();
        Goodbye goodbye = words.code() == Close.NO_CODE || !words.mayBeSent()
                ? new Goodbye(Goodbye.NO_CODE, "")
                : new Goodbye(words.code(), words.text());
        dispatch.close(goodbye);
        answers.close();
        assembly.close();
        tally.links().closed(outbox);
    }

    // For those who watch it.

    /** {@return the link that serves a client, or null} */
    public static @Nullable LinkLeg of(Session client) {
        return client.link();
    }

    /** {@return the session of its client} */
    public String session() {
        return caller.session();
    }

    /** {@return the route of its client} */
    public RouteConfig route() {
        return upstream.route();
    }

    /** {@return what the breaker in front of its service does} */
    public State state() {
        return service.state();
    }

    /** {@return how many messages of its client are done with: delivered, buried, or failed} */
    public long taken() {
        return taken.sum();
    }

    // As a party of a conversation.

    @Override
    public String id() {
        return service.name();
    }

    @Override
    public String host() {
        return service.name();
    }

    @Override
    public void join(Pair joined) {
        pair = joined;
        End how = ended.get();
        if (how != null) {
            joined.ended(how);
        }
    }

    @Override
    public void part() {
        pair = null;
    }

    @Override
    public void release() {
        outbox.finish();
        outbox.discard();
    }

    @Override
    public Duration lastWords() {
        Deadlines deadlines = service.policy().deadlines();
        return deadlines.send().plus(deadlines.answer());
    }
}
