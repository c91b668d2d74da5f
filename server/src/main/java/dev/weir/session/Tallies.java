package dev.weir.session;

import dev.weir.session.Ledger.Account;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What sessions count together as it happens, by route and side. Bounded by the number of routes.
 * Thread-safe.
 */
public final class Tallies {

    /**
     * The counts of one account.
     *
     * @param forward how long messages took that its sessions sent: from the entrance (the last
     *     byte was read, or for a long message that of its last piece) until the other side's
     *     socket has taken it. All messages of one write count with the time of the oldest of them
     * @param roundTrip how long pings to its sessions took
     * @param lost messages that its sessions sent and that an end kept from being written
     * @param links what went through links to services, which are in the place of workers and no
     *     sessions; of their outboxes it has what those knew at the end of their links
     */
    public record Tally(
            Durations forward, Durations roundTrip, LongAdder lost, Ledger.Totals links) {

        private static Tally empty() {
            return new Tally(
                    new Durations(), new Durations(), new LongAdder(), new Ledger.Totals());
        }
    }

    private final Map<Account, Tally> accounts = new ConcurrentHashMap<>();

    /** {@return that of an account} */
    public Tally of(Account account) {
        return accounts.computeIfAbsent(account, a -> Tally.empty());
    }

    /** {@return all there are, as a view that cannot be changed} */
    public Map<Account, Tally> accounts() {
        return Map.copyOf(accounts);
    }
}
