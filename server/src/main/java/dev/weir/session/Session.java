package dev.weir.session;

import dev.weir.config.HeartbeatConfig;
import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Leg;
import dev.weir.pair.Pair;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.queue.Outbox;
import dev.weir.queue.Remains;
import dev.weir.session.FlightRecorder.What;
import dev.weir.session.Inbound.Verdict;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live WebSocket connection, of a client or of a worker.
 *
 * <p>It ends exactly once: whoever is first to name a reason wins, and everything else follows from
 * that. It is over when its socket is gone; then nothing of it remains.
 *
 * <p>Threads: whoever reads the socket calls the methods of the first group, one at a time; a pump
 * calls {@link #tryWrite} and {@link #write}; anybody may call the rest. It has no lock of its own.
 */
public final class Session implements Party {

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    /** Frames in a row that are read without going into a queue, and the pause after them. */
    private static final int UNQUEUED_RUN = 64;

    private static final long BREATH_NANOS = 50_000;

    /** What all sessions of a node share. */
    public record Shared(
            HeartbeatConfig heartbeat,
            Duration openDeadline,
            Duration closeDeadline,
            BufferPool pool,
            FlightRecorder.Memory events,
            InstantSource clock,
            LongSupplier nanoClock,
            Tallies tallies,
            Traces traces) {}

    private record Ended(End how, long at) {}

    private final Identity identity;
    private final Shared shared;
    private final Wire wire;
    private final Outbox outbox;
    private final Inbound inbound;
    private final Pulse pulse;
    private final Traffic traffic = new Traffic();
    private final Tallies.Tally tally;
    private final Activity activity = new Activity();
    private final FlightRecorder recorder;
    private final long createdAt;

    /** Counted down when the socket opened, or is gone without. */
    private final CountDownLatch opened = new CountDownLatch(1);

    private volatile boolean wasOpen;
    private volatile boolean socketGone;
    private final AtomicReference<@Nullable Ended> ended = new AtomicReference<>();
    private final AtomicBoolean gone = new AtomicBoolean();
    // For who reads the socket only, like the fields behind it.
    private int unqueued;

    /** When what is read now came. */
    private long readAt;

    /** The frame that is read now was here before, and had to wait. */
    private boolean deferred;

    private final AtomicReference<@Nullable LinkLeg> dialed = new AtomicReference<>();
    /** Messages until the next one that is traced. */
    private int untilTrace;

    private volatile @Nullable Pair pair;
    private volatile @Nullable Runnable onEnd;
    private volatile @Nullable Runnable onGone;
    private volatile @Nullable Runnable onRetire;
    private volatile boolean retiring;
    private volatile long pairedAt;
    private volatile long aloneSince;
    private volatile long busyNanos;

    /** A session of that identity on that socket; it is live from {@link #opened} on. */
    public Session(Identity identity, Wire wire, Shared shared) {
        this.identity = identity;
        this.shared = shared;
        this.wire = wire;
        this.outbox = new Outbox(identity.route().queue(), shared.pool(), shared.nanoClock());
        this.inbound = new Inbound(identity.route().message(), outbox, shared.pool());
        this.createdAt = shared.nanoClock().getAsLong();
        this.aloneSince = createdAt;
        this.pulse = new Pulse(shared.heartbeat(), createdAt);
        this.tally = shared.tallies().of(Ledger.accountOf(this));
        this.untilTrace = shared.traces().gap();
        this.recorder = new FlightRecorder(shared.events(), traffic, createdAt);
    }

    // What the socket tells; one thread at a time.

    /** The connection is open. */
    public void opened() {
        pulse.heard(now());
        wasOpen = true;
        opened.countDown();
        SessionLog.of(log.atDebug(), this).log("session opened");
    }

    /** Frames came, or parts of one; {@link #frame} gets them one by one. */
    public void arrived() {
        long now = now();
        pulse.heard(now);
        outbox.readAt(now);
        readAt = now;
    }

    /**
     * A data frame came.
     *
     * @param mayWait whether to wait while what this session sent has no room, which is what holds
     *     up its sender
     * @return false when it would have to wait and may not: the same frame must come again, on a
     *     thread that may
     * @throws InterruptedException when told to give up a wait
     */
    public boolean frame(int opcode, boolean fin, ByteBuffer payload, boolean mayWait)
            throws InterruptedException {
        if (ended.get() != null) {
            makeWay(mayWait); // what still comes is read only to find its close frame
            return true;
        }
        int length = payload.remaining();
        if (opcode != Opcode.CONTINUATION && !deferred && --untilTrace == 0) {
            untilTrace = shared.traces().gap();
            outbox.trace(shared.traces().message(this, length));
        }
        Verdict verdict = inbound.accept(opcode, fin, payload, mayWait);
        deferred = verdict instanceof Verdict.Later;
        if (deferred) {
            return false;
        }
        pulse.data(readAt);
        recorder.received(readAt);
        traffic.received(fin, length);
        switch (verdict) {
            case Verdict.Accepted(), Verdict.Later() -> {}
            case Verdict.Dropped() -> {
                traceLost(fin ? 1 : 0, length, "dropped");
                makeWay(mayWait);
            }
            case Verdict.Undelivered() -> {
                countLost(fin ? 1 : 0);
                traceLost(fin ? 1 : 0, length, "ended");
                makeWay(mayWait);
            }
            case Verdict.Offence(CloseReason reason) -> end(new End(side(), reason));
            case Verdict.Stuck(CloseReason reason) -> endSlowSide(reason);
        }
        return true;
    }

    /** All that came for now was handed over: it is on its way from here. */
    public void flush() {
        outbox.flush();
    }

    /**
     * Lets other virtual threads run, after what goes into no queue: nothing else holds up a peer
     * that sends such things without end, and its event thread would never wait. A yield would not
     * do: it prefers threads like itself to work that comes from outside of their scheduler.
     */
    private void makeWay(boolean mayWait) {
        if (mayWait && ++unqueued % UNQUEUED_RUN == 0) {
            LockSupport.parkNanos(BREATH_NANOS);
        }
    }

    /** What this session sends is not taken: its partner is too slow, or it waits for none. */
    private void endSlowSide(CloseReason reason) {
        countLost(1);
        traceLost(1, 0, reason.label());
        Pair joined = pair;
        Leg slow = joined == null ? this : joined.partnerOf(this);
        slow.end(new End(slow.side(), reason));
    }

    /** A ping came; it is answered. */
    public void ping(ByteBuffer payload, boolean mayWait) {
        pulse.heard(now());
        wire.pong(payload);
        makeWay(mayWait);
    }

    /** A pong came. */
    public void pong(ByteBuffer payload) {
        long now = now();
        pulse.heard(now);
        if (pulse.pong(payload, now)) {
            tally.roundTrip().record(pulse.rttNanos(), 1);
        }
    }

    /** The peer's close frame came; the socket answers it. */
    public void closedByPeer(Close close) {
        pulse.heard(now());
        end(new End(side(), CloseReason.CLOSED, close));
    }

    /** The socket is gone, however that came; nothing of the session remains after this. */
    public void gone() {
        socketGone = true;
        end(new End(side(), CloseReason.LOST));
        bury();
    }

    private void bury() {
        if (!gone.compareAndSet(false, true)) {
            return;
        }
        opened.countDown();
        inbound.close();
        outbox.giveUpTrace("the session ended");
        recorder.close();
        Runnable listener = onGone;
        if (listener != null) {
            listener.run();
        }
        SessionLog.ended(log, this);
        shared.traces().ended(this);
    }

    // What a pair does with it.

    @Override
    public Side side() {
        return identity.side();
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    @Override
    public boolean tryWrite(FrameBuffer run) throws IOException {
        long now = now(); // before it, for the answer may come while we are not back yet
        boolean written;
        try {
            written = wire.tryWrite(run);
        } catch (IOException e) {
            end(new End(side(), CloseReason.LOST));
            throw e;
        }
        if (written) {
            wrote(run.messages(), run.payloadBytes(), now);
        }
        return written;
    }

    @Override
    public void write(FrameBuffer run) throws IOException, InterruptedException {
        int messages = run.messages();
        long bytes = run.payloadBytes();
        activity.writing();
        try {
            wire.write(run, identity.route().writeDeadline().toNanos());
        } catch (SocketTimeoutException e) {
            end(new End(side(), CloseReason.SLOW_CONSUMER));
            throw e;
        } catch (IOException e) {
            end(new End(side(), CloseReason.LOST));
            throw e;
        } catch (InterruptedException e) {
            end(new End(side(), CloseReason.INTERNAL_ERROR));
            throw e;
        } finally {
            activity.doneWriting();
        }
        wrote(messages, bytes, now());
    }

    private void wrote(int messages, long bytes, long now) {
        recorder.sent(now);
        traffic.sent(messages, bytes);
        pulse.data(now);
    }

    @Override
    public void delivered(FrameBuffer run) {
        int messages = run.messages();
        if (messages > 0) {
            long nanos = now() - run.since();
            tally.forward().record(nanos, messages);
            shared.traces().delivered(this, run, nanos);
        }
    }

    @Override
    public void lost(Remains what) {
        countLost(what.messages());
        shared.traces().lost(this, what.messages() - what.traced(), what.bytes(), "ended");
    }

    private void countLost(int messages) {
        traffic.undelivered(messages);
        tally.lost().add(messages);
    }

    /** What is being put just now is lost; its trace tells, if it has one. */
    private void traceLost(int messages, long bytes, String why) {
        if (!outbox.giveUpTrace(why)) {
            shared.traces().lost(this, messages, bytes, why);
        }
    }

    @Override
    public @Nullable End end() {
        Ended how = ended.get();
        return how == null ? null : how.how;
    }

    @Override
    public void end(End how) {
        long now = now();
        if (!ended.compareAndSet(null, new Ended(how, now))) {
            return;
        }
        recorder.happened(now, What.ENDED);
        outbox.finish();
        switch (how.reason()) {
            case CLOSED -> {} // the socket answers it
            case LOST, NOT_OPENED, NO_PONG -> wire.abort();
            default -> wire.close(how.close());
        }
        Pair joined = pair;
        if (joined != null) {
            joined.ended(how);
        }
        Runnable listener = onEnd;
        if (listener != null) {
            listener.run();
        }
    }

    // What a conversation does with it.

    @Override
    public String id() {
        return identity.id();
    }

    @Override
    public String host() {
        return identity.host();
    }

    @Override
    public Duration lastWords() {
        return identity.route().writeDeadline();
    }

    /** {@return whether the socket opened} Waits for it, at most the handshake deadline. */
    @Override
    public boolean awaitOpen() throws InterruptedException {
        if (!opened.await(shared.openDeadline().toNanos(), TimeUnit.NANOSECONDS)) {
            end(new End(side(), CloseReason.NOT_OPENED));
        }
        return wasOpen;
    }

    @Override
    public void join(Pair joined) {
        pairedAt = now();
        pair = joined;
        recorder.happened(pairedAt, What.PAIRED);
        End how = end();
        if (how != null) {
            joined.ended(how);
        }
    }

    @Override
    public void part() {
        long soFar = busyNanos; // only one conversation at a time has this session
        long now = now();
        busyNanos = soFar + now - pairedAt;
        aloneSince = now;
        recorder.happened(now, What.PARTED);
        pair = null;
    }

    /**
     * Gives back what the outbox holds, if anything. For whoever has the session when it has ended:
     * its conversation, or the waiting room; the end itself must not, for a partner may be about to
     * take its last words.
     */
    @Override
    public void release() {
        outbox.finish();
        lost(outbox.discard());
    }

    /** Sets the link that was opened for this client before its handshake was answered. */
    void dialed(LinkLeg link) {
        dialed.set(link);
    }

    /** {@return that link, once; null when there is none} */
    @Nullable LinkLeg takeDialed() {
        return dialed.getAndSet(null);
    }

    /** Sets what is told of the end; at once, should it have ended already. */
    void onEnd(Runnable listener) {
        onEnd = listener;
        if (ended.get() != null) {
            listener.run();
        }
    }

    /** Adds what is told when the socket is gone; before the handshake is answered. */
    public void onGone(Runnable listener) {
        Runnable before = onGone;
        onGone = before == null ? listener : () -> {
            before.run();
            listener.run();
        };
    }

    // What the node does with it.

    /** Ends it in good order: what both sides of its pair have sent is delivered first. */
    public void drain() {
        Pair joined = pair;
        if (joined != null) {
            joined.drain();
        } else {
            end(new End(side(), CloseReason.DRAIN));
        }
    }

    /** Keeps further clients from a worker: it ends with its pair, or now when it has none. */
    public void retire() {
        retiring = true;
        Runnable listener = onRetire;
        if (listener != null) {
            listener.run();
        }
    }

    /** Sets what takes a worker out of those that are free; before the handshake is answered. */
    void onRetire(Runnable listener) {
        onRetire = listener;
    }

    /** {@return whether it gets no further client} */
    public boolean retiring() {
        return retiring;
    }

    /**
     * Looks after its deadlines; the heartbeat thread only.
     *
     * @param late the heartbeat itself comes late
     */
    void beat(long now, boolean late) {
        switch (phase()) {
            case OPENING -> {
                if (!late && now - createdAt > shared.openDeadline().toNanos()) {
                    end(new End(side(), CloseReason.NOT_OPENED));
                }
            }
            case WAITING, PAIRED -> {
                switch (pulse.check(now, outbox.blocking(), late)) {
                    case PING -> wire.ping(pulse.ping(now));
                    case GIVE_UP -> end(new End(side(), CloseReason.NO_PONG));
                    case NOTHING -> checkIdle(now);
                }
            }
            case CLOSING -> {
                long closing = now - Objects.requireNonNull(ended.get()).at;
                long deadline = shared.closeDeadline().toNanos();
                if (closing > 2 * deadline) {
                    bury(); // the socket never told that it is gone
                } else if (closing > deadline) {
                    wire.abort();
                }
            }
            case ENDED -> {}
        }
    }

    private void checkIdle(long now) {
        Duration idle = identity.route().idle();
        Duration workerWait = identity.route().waitingRoom().workerWait();
        boolean worker = side() == Side.WORKER;
        if (!idle.isZero() && now - pulse.lastData() > idle.toNanos()) {
            end(new End(side(), CloseReason.IDLE));
        } else if (worker && pair == null && !workerWait.isZero()
                && now - aloneSince > workerWait.toNanos()) {
            end(new End(side(), CloseReason.WAIT_EXPIRED));
        }
    }

    private long now() {
        return shared.nanoClock().getAsLong();
    }

    /** {@return who it is} */
    public Identity identity() {
        return identity;
    }

    /** {@return where it is in its life} */
    public Phase phase() {
        if (gone.get()) {
            return Phase.ENDED;
        } else if (ended.get() != null) {
            return Phase.CLOSING;
        } else if (pair != null) {
            return Phase.PAIRED;
        }
        return opened.getCount() == 0 ? Phase.WAITING : Phase.OPENING;
    }

    /** {@return what went through it} */
    public Traffic traffic() {
        return traffic;
    }

    /** {@return which threads are in it} */
    public Activity activity() {
        return activity;
    }

    /** {@return the last things that happened to it} */
    public FlightRecorder recorder() {
        return recorder;
    }

    /** {@return how many of its messages reached nobody, for whatever reason} */
    public long undelivered() {
        return traffic.undelivered() + outbox.depth().dropped();
    }

    /** {@return the pair that it is in, or null} */
    public @Nullable Pair pair() {
        return pair;
    }

    /** {@return the session that it is paired with, or null} */
    public @Nullable Session partner() {
        Pair joined = pair;
        return joined != null && joined.partnerOf(this) instanceof Session session ? session : null;
    }

    /** {@return the link to a service that it is paired with, or null} */
    @Nullable LinkLeg link() {
        Pair joined = pair;
        return joined != null && joined.partnerOf(this) instanceof LinkLeg link ? link : null;
    }

    /**
     * Pushes a message to this client from outside of its conversation, where a connector serves
     * it: between two messages of its service. Waits as the service would, and for no room at all.
     *
     * @param payload copied
     * @throws InterruptedException when told to give up; it was not pushed then, or in part, which
     *     ends the session
     */
    public Pushed push(boolean text, ByteBuffer payload) throws InterruptedException {
        if (ended.get() != null) {
            return Pushed.ENDED;
        }
        LinkLeg link = link();
        if (link != null) {
            return link.push(text ? Opcode.TEXT : Opcode.BINARY, payload);
        }
        boolean served = side() == Side.CLIENT && identity.route().hasConnector();
        return served ? Pushed.NOT_YET : Pushed.NO_SERVICE;
    }

    /** {@return the last round-trip time of a ping, or null while none is known} */
    public @Nullable Duration rtt() {
        long nanos = pulse.rttNanos();
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** {@return how long nothing at all was heard of the peer} */
    public Duration quiet() {
        return Duration.ofNanos(now() - pulse.lastHeard());
    }

    /** {@return for how long the peer owes us an answer to a ping; zero when it owes none} */
    public Duration silent() {
        boolean deaf = outbox.blocking() || activity.reader() != null; // it is us
        return deaf ? Duration.ZERO : Duration.ofNanos(pulse.silentNanos(now()));
    }

    /** {@return how long ago it ended; zero while it lives} */
    public Duration endedFor() {
        Ended how = ended.get();
        return how == null ? Duration.ZERO : Duration.ofNanos(now() - how.at);
    }

    /** {@return whether its socket opened and has not told yet that it is gone} */
    boolean hasSocket() {
        return wasOpen && !socketGone;
    }

    /** {@return when something was last heard of the peer, by the nano clock} */
    public long lastHeard() {
        return pulse.lastHeard();
    }

    /** {@return how long it has been in the pair that it is in; zero without one} */
    public Duration inThisPair() {
        return pair == null ? Duration.ZERO : Duration.ofNanos(now() - pairedAt);
    }

    /** {@return how long it has been in pairs, this one included} */
    public Duration inPairs() {
        return inThisPair().plusNanos(busyNanos);
    }

    /** {@return how long it has been in pairs so far, in nanoseconds} */
    long busyNanos() {
        return busyNanos;
    }
}
