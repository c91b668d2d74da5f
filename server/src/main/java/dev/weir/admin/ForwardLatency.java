package dev.weir.admin;

import dev.weir.session.Durations;
import dev.weir.session.Tallies;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * How long messages took lately, from the histograms of the relay: what was added to them in the
 * last few looks. As exact as their buckets are narrow. Belongs to one thread.
 */
final class ForwardLatency {

    private static final int LOOKS = 5;

    /** In microseconds, those of all buckets but the last. */
    private static final List<Long> BOUNDS =
            Durations.bounds().stream().map(seconds -> Math.round(seconds * 1e6)).toList();

    private final Tallies tallies;
    private final Deque<long[]> looks = new ArrayDeque<>(LOOKS + 1);

    ForwardLatency(Tallies tallies) {
        this.tallies = tallies;
    }

    Latency look() {
        long[] now = counts();
        looks.addLast(now);
        long[] then = looks.size() > LOOKS ? looks.removeFirst() : looks.getFirst();
        List<Long> added = new ArrayList<>();
        for (int i = 0; i < now.length; i++) {
            added.add(Math.max(0, now[i] - then[i]));
        }
        return of(added);
    }

    private long[] counts() {
        long[] sums = new long[BOUNDS.size() + 1];
        for (Tallies.Tally tally : tallies.accounts().values()) {
            List<Long> counts = tally.forward().counts();
            for (int i = 0; i < sums.length; i++) {
                sums[i] += counts.get(i);
            }
        }
        return sums;
    }

    static Latency of(List<Long> counts) {
        long all = counts.stream().mapToLong(Long::longValue).sum();
        return new Latency(
                "forward", all, at(counts, all, 0.5), at(counts, all, 0.99), at(counts, all, 1));
    }

    /** Within a bucket it takes them as evenly spread. */
    private static long at(List<Long> counts, long all, double share) {
        double left = all * share;
        long below = 0;
        for (int i = 0; i < BOUNDS.size(); i++) {
            long here = counts.get(i);
            if (here > 0 && left <= here) {
                return below + Math.round((BOUNDS.get(i) - below) * left / here);
            }
            left -= here;
            below = BOUNDS.get(i);
        }
        return all == 0 ? 0 : below;
    }
}
