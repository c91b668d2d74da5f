package dev.weir.watch;

import dev.weir.ops.watch.Culprit;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.Probe;
import dev.weir.ops.watch.Severity;
import dev.weir.ops.watch.Sighting;
import dev.weir.ops.watch.Wording;
import dev.weir.pair.End;
import dev.weir.session.Activity;
import dev.weir.session.Graveyard;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sessions that ended a while ago, and of which something is still there. */
final class LeakWatch implements Probe {

    private final Sessions sessions;
    private final Duration deadline;

    LeakWatch(Sessions sessions, Duration deadline) {
        this.sessions = sessions;
        this.deadline = deadline;
    }

    @Override
    public List<Sighting> look() {
        Stream<Session> closing =
                sessions.all().stream().filter(session -> session.end() != null);
        return Stream.concat(closing, sessions.graveyard().visit().stream())
                .filter(session -> session.endedFor().compareTo(deadline) >= 0)
                .map(LeakWatch::sighting)
                .toList();
    }

    private static Sighting sighting(Session session) {
        List<String> remains = Graveyard.remainsOf(session);
        End end = session.end();
        Thread thread = threadOf(session.activity());
        Culprit culprit = Culprits.of(session);
        return new Sighting(
                Kind.SESSION_LEAK,
                session.identity().id(),
                Severity.WARNING,
                thread == null ? culprit : culprit.in(thread),
                Culprits.words(session) + " ended " + Wording.time(session.endedFor().toNanos())
                        + " ago, and this is left of it: " + String.join(", ", remains),
                Map.of(
                        "remains", remains,
                        "reason", end == null ? "" : end.reason().label(),
                        "queuedBytes", session.outbox().depth().bytes(),
                        "address", session.identity().address()));
    }

    /** {@return the thread that tells most: one that is in the session, else its conversation} */
    private static @Nullable Thread threadOf(Activity activity) {
        return Stream.of(activity.reader(), activity.writer(), activity.conversation())
                .flatMap(Stream::ofNullable)
                .filter(Thread::isAlive)
                .findFirst()
                .orElse(null);
    }
}
