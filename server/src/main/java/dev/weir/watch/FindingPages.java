package dev.weir.watch;

import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.ops.watch.Culprit;
import dev.weir.ops.watch.Findings;
import dev.weir.ops.watch.Profiler;
import dev.weir.ops.watch.ThreadDump;
import dev.weir.ops.watch.ThreadDump.OneThread;
import dev.weir.session.FlightRecorder;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the admin port tells of trouble: findings, threads, profiles, a session's last events. */
public final class FindingPages {

    private static final String PROFILE_SECONDS = "30";

    /**
     * The answer of {@code GET /sessions/{id}/events}.
     *
     * @param grainMillis messages of one direction that are no further apart are one event
     */
    record EventsView(
            String session, Instant since, long grainMillis, List<EventView> events) {}

    /** One event; messages and bytes of those that have none are 0. */
    record EventView(Instant at, String what, long messages, long bytes) {}

    private final Findings findings;
    private final Sessions sessions;
    private final Culprits culprits;
    private final @Nullable Profiler profiler;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final AtomicBoolean dumping = new AtomicBoolean();

    /**
     * The pages.
     *
     * @param profiler null where profiles are not allowed
     */
    public FindingPages(
            Findings findings,
            Sessions sessions,
            @Nullable Profiler profiler,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.findings = findings;
        this.sessions = sessions;
        this.culprits = new Culprits(sessions);
        this.profiler = profiler;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** {@return what the admin server answers} */
    public List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/findings", this::findings),
                new Endpoint("GET", "/threads", this::threads),
                new Endpoint("GET", "/profile", this::profile),
                new Endpoint("GET", "/sessions/{id}/events", this::events));
    }

    private Answer findings(Request request) {
        String limit = request.query().get("limit");
        if (limit == null) {
            return Answer.ok(findings.report());
        }
        return limit.matches("[1-9]\\d{0,3}")
                ? Answer.ok(findings.report().first(Integer.parseInt(limit)))
                : Answer.refused(400, "limit must be a number from 1 to 9999");
    }

    private Answer threads(Request request) {
        if (!dumping.compareAndSet(false, true)) {
            return Answer.refused(409, "another thread dump is being taken; one at a time");
        }
        try {
            Culprits.Owners owners = culprits.owners();
            String asked = request.query().get("session");
            Predicate<String> only = id -> asked == null || asked.equals(id);
            return Answer.ok(ThreadDump.take(
                    clock.instant(), thread -> ownerOf(thread, owners), only));
        } catch (IOException e) {
            return Answer.refused(500, "no thread dump: " + e.getMessage());
        } finally {
            dumping.set(false);
        }
    }

    private static @Nullable Culprit ownerOf(OneThread thread, Culprits.Owners owners) {
        Session session = owners.of(thread.id(), thread.name());
        return session == null ? null : Culprits.of(session);
    }

    private Answer profile(Request request) {
        if (profiler == null) {
            return Answer.refused(403, "profiles are off; set admin.profile to on");
        }
        String seconds = request.query().getOrDefault("seconds", PROFILE_SECONDS);
        try {
            return profiler.record(Integer.parseInt(seconds));
        } catch (NumberFormatException e) {
            return Answer.refused(400, "seconds must be a whole number");
        }
    }

    private Answer events(Request request) {
        Session session = sessions.find(request.variables().getOrDefault("id", ""));
        if (session == null) {
            return Answer.notFound("no session of this id is live");
        }
        Instant now = clock.instant();
        long nanos = nanoClock.getAsLong();
        List<EventView> events = session.recorder().events().stream()
                .map(event -> new EventView(
                        now.minusNanos(nanos - event.at()),
                        event.what().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        event.messages(),
                        event.bytes()))
                .toList();
        return Answer.ok(new EventsView(
                session.identity().id(), session.identity().since(),
                FlightRecorder.GRAIN_MILLIS, events));
    }
}
