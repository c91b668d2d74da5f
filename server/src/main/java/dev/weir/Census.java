package dev.weir;

import dev.weir.pair.Side;
import dev.weir.queue.Depth;
import dev.weir.queue.Outbox;
import dev.weir.session.Ledger;
import dev.weir.session.Ledger.Account;
import dev.weir.session.LinkLeg;
import dev.weir.session.Phase;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One walk over all sessions, which is all that a collection of the figures costs: twenty thousand
 * take some milliseconds.
 */
final class Census {

    /** What only grows. */
    enum Count {
        MESSAGES_RECEIVED,
        BYTES_RECEIVED,
        MESSAGES_SENT,
        BYTES_SENT,
        DROPPED,
        BLOCKED_NANOS
    }

    /** What is so now, of live sessions. */
    static final class Present {
        final Map<Phase, Long> phases = new EnumMap<>(Phase.class);
        long blocked;
        long queuedMessages;
        long queuedBytes;
        long mostMessages;
        long mostBytes;
        long oldestNanos;

        private void add(Session session) {
            Phase phase = session.phase();
            phases.merge(phase, 1L, Long::sum);
            // Who waits for a partner may well have queued something.
            add(session.outbox(), phase == Phase.PAIRED);
        }

        private void add(Outbox outbox, boolean paired) {
            blocked += outbox.blocking() ? 1 : 0;
            Depth depth = outbox.depth();
            queuedMessages += depth.messages();
            queuedBytes += depth.bytes();
            mostMessages = Math.max(mostMessages, depth.highWaterMessages());
            mostBytes = Math.max(mostBytes, depth.highWaterBytes());
            if (paired) {
                oldestNanos = Math.max(oldestNanos, outbox.oldestNanos());
            }
        }
    }

    private record Series(Account account, Count count) {}

    /**
     * The highest value that was told of each count. A session that ends during the walk is counted
     * twice or not at all, and a count that goes back looks like a restart to Prometheus.
     */
    private final Map<Series, Long> told = new ConcurrentHashMap<>();

    private final List<Account> accounts;
    private final Sessions sessions;
    private final Tallies tallies;

    /** Of these sessions; all accounts are told of, even of those that never had a session. */
    Census(List<Account> accounts, Sessions sessions, Tallies tallies) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.tallies = tallies;
    }

    /** What one walk found. */
    record Found(Map<Account, Present> present, Map<Account, Map<Count, Long>> counts) {

        /** {@return pairs by route: clients that have a worker} */
        Map<String, Long> pairs() {
            Map<String, Long> pairs = new HashMap<>();
            present.forEach((account, now) -> {
                if (account.side() == Side.CLIENT) {
                    pairs.put(account.route(), now.phases.getOrDefault(Phase.PAIRED, 0L));
                }
            });
            return pairs;
        }
    }

    /** {@return what is so now} */
    Found take() {
        Map<Account, Present> present = new HashMap<>();
        Map<Account, Map<Count, Long>> counts = new HashMap<>();
        for (Account account : accounts) {
            present.put(account, new Present());
            counts.put(account, new EnumMap<>(Count.class));
        }
        sessions.ledger().accounts().forEach((account, totals) ->
                add(counts, account, past(totals)));
        tallies.accounts().forEach((account, tally) -> add(counts, account, past(tally.links())));
        for (Session session : sessions.all()) {
            Account account = Ledger.accountOf(session);
            present.computeIfAbsent(account, a -> new Present()).add(session);
            add(counts, account, live(session));
            LinkLeg link = LinkLeg.of(session);
            if (link != null && link.end() == null) {
                Account service = new Account(account.route(), link.side());
                present.computeIfAbsent(service, a -> new Present()).add(link.outbox(), true);
                add(counts, service, live(link));
            }
        }
        counts.forEach((account, values) -> values.replaceAll((count, value) ->
                told.merge(new Series(account, count), value, Math::max)));
        return new Found(present, counts);
    }

    private static Map<Count, Long> past(Ledger.Totals totals) {
        return Map.of(
                Count.MESSAGES_RECEIVED, totals.received().messages(),
                Count.BYTES_RECEIVED, totals.received().bytes(),
                Count.MESSAGES_SENT, totals.sent().messages(),
                Count.BYTES_SENT, totals.sent().bytes(),
                Count.DROPPED, totals.dropped(),
                Count.BLOCKED_NANOS, totals.blockedNanos());
    }

    private static Map<Count, Long> live(Session session) {
        return Map.of(
                Count.MESSAGES_RECEIVED, session.traffic().received().messages(),
                Count.BYTES_RECEIVED, session.traffic().received().bytes(),
                Count.MESSAGES_SENT, session.traffic().sent().messages(),
                Count.BYTES_SENT, session.traffic().sent().bytes(),
                Count.DROPPED, session.outbox().depth().dropped(),
                Count.BLOCKED_NANOS, session.outbox().blockedNanos());
    }

    /** What of a link is told at its end only; the rest is counted as it happens. */
    private static Map<Count, Long> live(LinkLeg link) {
        return Map.of(
                Count.DROPPED, link.outbox().depth().dropped(),
                Count.BLOCKED_NANOS, link.outbox().blockedNanos());
    }

    private static void add(
            Map<Account, Map<Count, Long>> counts, Account account, Map<Count, Long> more) {
        Map<Count, Long> sums = counts.computeIfAbsent(account, a -> new EnumMap<>(Count.class));
        more.forEach((count, value) -> sums.merge(count, value, Long::sum));
    }
}
