package dev.weir.admin;

import static dev.weir.admin.ParameterException.answered;

import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** Sessions: list, show, close, send a message to. Thread-safe. */
final class SessionEndpoints {

    /** A page of sessions. */
    record SessionsView(int total, int offset, int limit, List<SessionView> sessions) {}

    /** What an operator sends by hand; services have a port of their own for more. */
    private static final int MESSAGE_BYTES = 1 << 20;

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
                new Endpoint("DELETE", "/sessions/{id}", this::close),
                new Endpoint("POST", "/sessions/{id}/messages", MESSAGE_BYTES, this::push));
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

    /** The same as services do on their port. */
    private Answer push(Request request) {
        boolean binary = MediaType.is(request.contentType(), "application/octet-stream");
        boolean text = MediaType.is(request.contentType(), "text/plain")
                || MediaType.is(request.contentType(), "application/json");
        if (!binary && !text) {
            return MediaType.unsupported(
                    "text/plain or application/json in UTF-8, or application/octet-stream");
        }
        return with(request, session -> push(session, text, request.body()));
    }

    private static Answer push(Session session, boolean text, ByteBuffer payload) {
        try {
            return switch (session.push(text, payload)) {
                case QUEUED -> new Answer(202, null);
                case FULL -> Answer.refused(429, "the client takes no more for now")
                        .with("Retry-After", "1");
                case NOT_YET -> Answer.refused(503, "the client's service is not there yet")
                        .with("Retry-After", "1");
                case TOO_LARGE -> Answer.refused(413, "the message is too large");
                case NO_TEXT -> Answer.refused(400, "the text is no UTF-8");
                case ENDED -> Answer.refused(410, "the session has ended");
                case NO_SERVICE -> Answer.refused(409,
                        "only a client of a connector takes messages from outside: a worker alone"
                                + " speaks to its client");
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.refused(503, "the relay stops");
        }
    }

    private Answer with(Request request, Function<Session, Answer> action) {
        Session session = sessions.find(request.variable("id"));
        return session == null ? unknown() : action.apply(session);
    }

    static Answer unknown() {
        return Answer.notFound("no session of this id is live");
    }
}
