package dev.weir.session;

import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.queue.BufferPool;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes room when the memory for queues is spent: closes those who hold the most of it by not
 * taking their messages, until a tenth of the budget is free again. Heartbeat thread only.
 */
final class Shedder {

    private static final Logger log = LoggerFactory.getLogger(Shedder.class);

    private record Offender(Session sender, long bytes) {}

    private final Sessions sessions;
    private final BufferPool pool;

    Shedder(Sessions sessions, BufferPool pool) {
        this.sessions = sessions;
        this.pool = pool;
    }

    /** A link to a service is no session: what it holds for its client counts as the client's. */
    private static long heldBy(Session session) {
        long own = session.outbox().depth().bytes();
        LinkLeg link = session.link();
        return link == null ? own : own + link.outbox().depth().bytes();
    }

    void shedIfNeeded() {
        if (!pool.refusedSinceLastAsked()) {
            return;
        }
        List<Offender> worstFirst = sessions.all().stream()
                .map(session -> new Offender(session, heldBy(session)))
                .filter(offender -> offender.bytes > 0)
                .sorted(Comparator.comparingLong(Offender::bytes).reversed())
                .toList();
        long toFree = pool.budget() / 10;
        for (Offender offender : worstFirst) {
            if (toFree <= 0) {
                return;
            }
            // The queue is what the sender sent; it is the partner who does not take it.
            Session partner = offender.sender.partner();
            Session slow = partner == null ? offender.sender : partner;
            SessionLog.of(log.atWarn(), slow)
                    .addKeyValue("queuedBytes", offender.bytes)
                    .log("queue memory is spent; the worst offender goes");
            slow.end(new End(slow.side(), CloseReason.OUT_OF_MEMORY));
            toFree -= offender.bytes;
        }
    }
}
