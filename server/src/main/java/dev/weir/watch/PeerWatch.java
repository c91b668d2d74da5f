package dev.weir.watch;

import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.Probe;
import dev.weir.ops.watch.Severity;
import dev.weir.ops.watch.Sighting;
import dev.weir.ops.watch.Wording;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Peers of which nothing has been heard since our ping: gone, frozen, or cut off. */
final class PeerWatch implements Probe {

    private final Sessions sessions;
    private final Duration silent;

    PeerWatch(Sessions sessions, Duration silent) {
        this.sessions = sessions;
        this.silent = silent;
    }

    @Override
    public List<Sighting> look() {
        return sessions.all().stream()
                .filter(session -> session.end() == null)
                .filter(session -> session.silent().compareTo(silent) >= 0)
                .map(PeerWatch::sighting)
                .toList();
    }

    private static Sighting sighting(Session session) {
        long millis = session.silent().toMillis();
        Map<String, Object> evidence = new HashMap<>();
        evidence.put("silentMillis", millis);
        evidence.put("address", session.identity().address());
        Duration rtt = session.rtt();
        if (rtt != null) {
            evidence.put("lastRttMicros", rtt.toNanos() / 1000);
        }
        return new Sighting(
                Kind.HALF_OPEN_PEER,
                session.identity().id(),
                Severity.WARNING,
                Culprits.of(session),
                Culprits.words(session) + " at " + session.identity().address()
                        + " has not answered a ping for " + Wording.time(millis * 1_000_000),
                evidence);
    }
}
