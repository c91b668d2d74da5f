package dev.weir.admin;

import static dev.weir.admin.ParameterException.answered;

import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** Sessions: list, show, close. Thread-safe. */
final class SessionEndpoints {

    /** A page of sessions. */
    record SessionsView(int total, int offset, int limit, List<SessionView> sessions) {}

    private final Sessions sessions;
    private final InstantSource clock;

    SessionEndpoints(Sessions sessions, InstantSource clock) {
        this.sessions = sessions;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/sessions", answered(this::list)),
                new Endpoint("GET", "/sessions/{id}", this::show),
                new Endpoint("DELETE", "/sessions/{id}", this::close));
    }

    private Answer list(Request request) {
        SessionQuery query = SessionQuery.of(request);
        SessionQuery.Found found = query.find(sessions.all(), session -> true);
        Instant now = clock.instant();
        return Answer.ok(new SessionsView(
                found.total(),
                query.page().offset(),
                query.page().limit(),
                found.sessions().stream().map(session -> SessionView.of(session, now)).toList()));
    }

    private Answer show(Request request) {
        return with(request, session -> Answer.ok(SessionView.of(session, clock.instant())));
    }

    private Answer close(Request request) {
        return with(request, session -> {
            session.end(new End(session.side(), CloseReason.OPERATOR));
            return Answer.noContent();
        });
    }

    private Answer with(Request request, Function<Session, Answer> action) {
        Session session = sessions.find(request.variable("id"));
        return session == null ? unknown() : action.apply(session);
    }

    static Answer unknown() {
        return Answer.notFound("no session of this id is live");
    }
}
