package dev.weir.session;

import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Side;
import dev.weir.queue.Outbox;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the sessions that are over have done, by route and side. Bounded by the number of routes.
 * Thread-safe.
 */
public final class Ledger {

    /** Whose figures. */
    public record Account(String route, Side side) {}

    /** The figures of one account. */
    public static final class Totals {
        private final LongAdder receivedMessages = new LongAdder();
        private final LongAdder receivedBytes = new LongAdder();
        private final LongAdder sentMessages = new LongAdder();
        private final LongAdder sentBytes = new LongAdder();
        private final LongAdder dropped = new LongAdder();
        private final LongAdder blockedNanos = new LongAdder();
        private final Map<CloseReason, LongAdder> ends = new EnumMap<>(CloseReason.class);

        Totals() {
            for (CloseReason reason : CloseReason.values()) {
                ends.put(reason, new LongAdder());
            }
        }

        /** Counts a message that came in. */
        void received(long bytes) {
            receivedMessages.increment();
            receivedBytes.add(bytes);
        }

        /** Counts a message that was handed over. */
        void sent(long bytes) {
            sentMessages.increment();
            sentBytes.add(bytes);
        }

        /** Counts what an outbox knows that is not used any more. */
        void closed(Outbox outbox) {
            dropped.add(outbox.depth().dropped());
            blockedNanos.add(outbox.blockedNanos());
        }

        /** {@return what these sessions sent to us} */
        public Traffic.Count received() {
            return new Traffic.Count(receivedMessages.sum(), receivedBytes.sum());
        }

        /** {@return what was written to these sessions} */
        public Traffic.Count sent() {
            return new Traffic.Count(sentMessages.sum(), sentBytes.sum());
        }

        /** {@return messages of theirs that their outboxes dropped} */
        public long dropped() {
            return dropped.sum();
        }

        /** {@return how long their senders were held up, in nanoseconds} */
        public long blockedNanos() {
            return blockedNanos.sum();
        }

        /** {@return how many ended so} */
        public long ends(CloseReason reason) {
            LongAdder count = ends.get(reason);
            return count == null ? 0 : count.sum();
        }
    }

    private final Map<Account, Totals> accounts = new ConcurrentHashMap<>();

    /** {@return the account of a session} */
    public static Account accountOf(Session session) {
        return new Account(session.identity().route().name(), session.side());
    }

    void close(Session session) {
        Totals totals = accounts.computeIfAbsent(accountOf(session), a -> new Totals());
        Traffic.Count received = session.traffic().received();
        totals.receivedMessages.add(received.messages());
        totals.receivedBytes.add(received.bytes());
        Traffic.Count sent = session.traffic().sent();
        totals.sentMessages.add(sent.messages());
        totals.sentBytes.add(sent.bytes());
        totals.closed(session.outbox());
        End end = session.end();
        if (end != null) {
            totals.ends.getOrDefault(end.reason(), new LongAdder()).increment();
        }
    }

    /** {@return all accounts, as a view that cannot be changed} */
    public Map<Account, Totals> accounts() {
        return Map.copyOf(accounts);
    }
}
