package dev.weir.ops.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The board of what is wrong. A finding begins with its first sighting, and ends when it has not
 * been seen for a while; both are logged. Bounded, thread-safe, and never waits for anything.
 */
public final class Findings {

    private static final Logger log = LoggerFactory.getLogger(Findings.class);

    /** Findings that are over, and still shown. */
    static final int ENDED_MAX = 50;

    private static final int FRAMES_LOGGED = 12;

    private static final Comparator<Finding> WORST_FIRST =
            Comparator.comparing(Finding::severity).reversed()
                    .thenComparing(Finding::kind)
                    .thenComparing(Finding::since)
                    .thenComparingLong(Finding::id);

    private record Key(Kind kind, String subject) {}

    private record Changes(
            List<Finding> begun,
            List<Finding> worse,
            List<Finding> crowdedOut,
            List<Finding> ended) {

        Changes() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private final int bound;
    private final Duration hold;
    private final InstantSource clock;

    // All guarded by this.
    private final Map<Key, Finding> open = new LinkedHashMap<>();
    private final Deque<Finding> ended = new ArrayDeque<>();
    private final Map<Kind, Long> begun = new EnumMap<>(Kind.class);
    private long lastId;
    private long notShown;

    /**
     * An empty board.
     *
     * @param bound open findings at most; of what is seen beyond, the least bad is only counted
     * @param hold a finding that was not seen for so long is over
     */
    public Findings(int bound, Duration hold, InstantSource clock) {
        this.bound = bound;
        this.hold = hold;
        this.clock = clock;
    }

    /** Takes what was seen: each begins a finding, or says that it is still there. */
    public void saw(Collection<Sighting> sightings) {
        if (sightings.isEmpty()) {
            return;
        }
        Changes changes = new Changes();
        Instant now = clock.instant();
        synchronized (this) {
            for (Sighting sighting : sightings) {
                take(sighting, now, changes);
            }
        }
        tell(changes);
    }

    private void take(Sighting sighting, Instant now, Changes changes) {
        Key key = new Key(sighting.kind(), sighting.subject());
        Finding before = open.get(key);
        if (before != null) {
            Finding after = before.seenAgain(sighting, now);
            open.put(key, after);
            if (after.severity() != before.severity()) {
                changes.worse.add(after);
            }
            return;
        }
        Finding first = Finding.begun(lastId + 1, sighting, now);
        if (open.size() >= bound && !makeRoomFor(first, changes)) {
            notShown++;
            return;
        }
        lastId++;
        open.put(key, first);
        begun.merge(sighting.kind(), 1L, Long::sum);
        changes.begun.add(first);
    }

    /** A hundred stalled pairs must not hide what stalls them all. */
    private boolean makeRoomFor(Finding worse, Changes changes) {
        Map.Entry<Key, Finding> least = open.entrySet().stream()
                .max(Map.Entry.comparingByValue(WORST_FIRST))
                .orElseThrow();
        if (WORST_FIRST.compare(worse, least.getValue()) >= 0) {
            return false;
        }
        open.remove(least.getKey());
        changes.crowdedOut.add(least.getValue());
        notShown++;
        return true;
    }

    /** Ends what was not seen for a while. */
    public void sweep() {
        Changes changes = new Changes();
        Instant now = clock.instant();
        synchronized (this) {
            open.values().removeIf(finding -> {
                boolean over = finding.seen().plus(hold).isBefore(now);
                if (over) {
                    changes.ended.add(finding.ended(now));
                }
                return over;
            });
            changes.ended.forEach(ended::addFirst);
            while (ended.size() > ENDED_MAX) {
                ended.removeLast();
            }
        }
        tell(changes);
    }

    private static void tell(Changes changes) {
        changes.begun.forEach(finding -> line(finding)
                .addKeyValue("evidence", finding.evidence())
                .addKeyValue("stack", upper(finding.culprit().stack()))
                .addKeyValue("runbook", finding.kind().runbook())
                .log("finding began"));
        changes.worse.forEach(finding -> line(finding).log("finding got worse"));
        changes.crowdedOut.forEach(finding ->
                about(log.atInfo(), finding).log("finding gave way to a worse one"));
        changes.ended.forEach(finding -> about(log.atInfo(), finding)
                .addKeyValue("seconds",
                        Duration.between(finding.since(), finding.seen()).toSeconds())
                .log("finding ended"));
    }

    private static LoggingEventBuilder line(Finding finding) {
        boolean critical = finding.severity() == Severity.CRITICAL;
        return about(log.atLevel(critical ? Level.ERROR : Level.WARN), finding);
    }

    private static LoggingEventBuilder about(LoggingEventBuilder line, Finding finding) {
        Culprit culprit = finding.culprit();
        LoggingEventBuilder about = line.addKeyValue("finding", finding.id())
                .addKeyValue("kind", finding.kind().label())
                .addKeyValue("severity", finding.severity().label())
                .addKeyValue("summary", finding.summary());
        about = ifKnown(about, "session", culprit.session());
        about = ifKnown(about, "route", culprit.route());
        about = ifKnown(about, "connector", culprit.connector());
        return ifKnown(about, "culpritThread", culprit.thread());
    }

    private static LoggingEventBuilder ifKnown(
            LoggingEventBuilder line, String key, @Nullable String value) {
        return value == null ? line : line.addKeyValue(key, value);
    }

    private static String upper(List<String> stack) {
        return String.join(" < ", stack.subList(0, Math.min(stack.size(), FRAMES_LOGGED)));
    }

    /** {@return what is open, the worst first} */
    public synchronized List<Finding> open() {
        return open.values().stream().sorted(WORST_FIRST).toList();
    }

    /** {@return how many of each kind have begun since the start; kinds without any are left out} */
    public synchronized Map<Kind, Long> begun() {
        return new EnumMap<>(begun);
    }

    /** {@return what the admin port tells, all of it} */
    public synchronized FindingsReport report() {
        List<Finding> now = open();
        return new FindingsReport(
                now.stream().map(Finding::severity).max(Comparator.naturalOrder())
                        .map(Severity::label).orElse("ok"),
                now.size(),
                now.stream().map(FindingsReport.View::of).toList(),
                ended.stream().map(FindingsReport.View::of).toList(),
                notShown);
    }
}
