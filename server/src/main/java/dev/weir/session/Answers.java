package dev.weir.session;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Message;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.session.Inbound.Verdict;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes over a link from the service, or is pushed, on its way into the direction to the
 * client: one message at a time. Thread-safe.
 */
final class Answers {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    /** How long a push waits for its turn among the messages of the service. */
    private static final Duration PUSH_PATIENCE = Duration.ofMillis(100);

    private final LinkLeg leg;
    private final Caller caller;
    private final Inbound inbound;
    private final Tallies.Tally tally;

    /** Whose turn it is to put: the primary and the fallback may both still answer. */
    private final Semaphore turn = new Semaphore(1, true);

    /**
     * None yet.
     *
     * @param leg that they come from
     * @param inbound takes them into the outbox of that leg
     * @param tally counts them
     */
    Answers(LinkLeg leg, Caller caller, Inbound inbound, Tallies.Tally tally) {
        this.leg = leg;
        this.caller = caller;
        this.inbound = inbound;
        this.tally = tally;
    }

    /** Puts in what came over the link; waits for room. */
    void put(Message message) throws InterruptedException {
        int opcode = message.isText() ? Opcode.TEXT : Opcode.BINARY;
        Verdict verdict;
        tally.links().received(message.length());
        turn.acquire();
        try {
            verdict = inbound.accept(opcode, true, ByteBuffer.wrap(message.payload()), true);
            leg.outbox().flush();
        } finally {
            turn.release();
        }
        switch (verdict) {
            case Verdict.Accepted(), Verdict.Dropped(), Verdict.Undelivered(), Verdict.Later() -> {}
            case Verdict.Offence(CloseReason reason) -> {
                log.atWarn()
                        .addKeyValue("session", caller.session())
                        .addKeyValue("connector", leg.id())
                        .addKeyValue("reason", reason.label())
                        .log("the service sent what it must not");
                leg.end(new End(leg.side(), reason));
            }
            case Verdict.Stuck(CloseReason reason) -> leg.endSlowSide(reason);
        }
    }

    /**
     * Puts a message in that did not come over the link, between two that did. What has begun is
     * finished as any other message, so a client that stalls then is closed as a slow one.
     */
    Pushed push(int opcode, ByteBuffer payload) throws InterruptedException {
        if (!turn.tryAcquire(PUSH_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            return Pushed.FULL; // the service itself waits for room
        }
        Verdict verdict;
        try {
            int first = Math.min(payload.remaining(), FrameBuffer.PAYLOAD_MAX);
            if (leg.end() != null) {
                return Pushed.ENDED;
            } else if (!leg.outbox().hasRoom(opcode, first)) {
                return Pushed.FULL;
            }
            tally.links().received(payload.remaining());
            verdict = inbound.accept(opcode, true, payload, true);
            leg.outbox().flush();
        } finally {
            turn.release();
        }
        return switch (verdict) {
            case Verdict.Accepted() -> Pushed.QUEUED;
            case Verdict.Dropped(), Verdict.Later() -> Pushed.FULL;
            case Verdict.Undelivered() -> Pushed.ENDED;
            case Verdict.Offence(CloseReason reason) ->
                    reason == CloseReason.MESSAGE_TOO_BIG ? Pushed.TOO_LARGE : Pushed.NO_TEXT;
            case Verdict.Stuck(CloseReason reason) -> {
                leg.endSlowSide(reason);
                yield Pushed.ENDED;
            }
        };
    }

    /** Gives back what it holds, once nothing more comes. */
    void close() {
        inbound.close();
    }
}
