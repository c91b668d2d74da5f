package dev.weir.watch;

import dev.weir.ops.watch.Culprit;
import dev.weir.pair.Pair;
import dev.weir.session.Activity;
import dev.weir.session.Identity;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sessions as the culprits of findings. Thread-safe. */
final class Culprits {

    private static final String PUMP = "pump-to-";

    private final Sessions sessions;

    Culprits(Sessions sessions) {
        this.sessions = sessions;
    }

    static Culprit of(Session session) {
        Identity who = session.identity();
        return Culprit.session(who.id(), who.side().label(), who.route().name());
    }

    /** {@return the words for a session in a summary} */
    static String words(Session session) {
        return session.side().label() + " " + session.identity().id();
    }

    /** {@return the session whose call runs on that thread, or null} Walks all sessions. */
    @Nullable Culprit ownerOf(long threadId) {
        for (Session session : sessions.all()) {
            Thread own = threads(session)
                    .filter(thread -> thread.threadId() == threadId)
                    .findFirst()
                    .orElse(null);
            if (own != null) {
                String name = own.getName().isEmpty() ? "event thread" : own.getName();
                Culprit whole = of(session);
                return whole.in(name, whole.stack());
            }
        }
        return null;
    }

    /** Whose threads there are, at one moment. */
    record Owners(Map<Long, Session> byThread, Map<String, Session> byPair) {

        /** {@return the session that a thread works for; a waiting pump is known by its name} */
        @Nullable Session of(long threadId, String name) {
            Session session = byThread.get(threadId);
            if (session != null || !name.startsWith(PUMP)) {
                return session;
            }
            return byPair.get(name.substring(name.indexOf('-', PUMP.length()) + 1));
        }
    }

    Owners owners() {
        Map<Long, Session> byThread = new HashMap<>();
        Map<String, Session> byPair = new HashMap<>();
        for (Session session : sessions.all()) {
            threads(session).forEach(thread -> byThread.put(thread.threadId(), session));
            Pair pair = session.pair();
            if (pair != null) {
                byPair.put(pair.id(), session);
            }
        }
        return new Owners(byThread, byPair);
    }

    private static Stream<Thread> threads(Session session) {
        Activity activity = session.activity();
        return Stream.of(activity.reader(), activity.writer(), activity.conversation())
                .flatMap(Stream::ofNullable);
    }
}
