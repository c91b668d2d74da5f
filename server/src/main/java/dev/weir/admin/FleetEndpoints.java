package dev.weir.admin;

import static dev.weir.admin.ParameterException.answered;

import dev.weir.admin.SessionView.QueueView;
import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.pair.Pair;
import dev.weir.pair.Side;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sessions as what they are to each other: pairs, and workers with their clients. Thread-safe. */
final class FleetEndpoints {

    /** A page of pairs. */
    record PairsView(int total, int offset, int limit, List<PairView> pairs) {}

    /** One pair; the worker is null where it is no session of this node. */
    record PairView(
            String id,
            String route,
            String key,
            long ageSeconds,
            EndView client,
            @Nullable EndView worker) {}

    /** One side of a pair, and the queue of what it sent. */
    record EndView(String id, String address, @Nullable Long rttMicros, QueueView queue) {

        static EndView of(Session session) {
            return new EndView(
                    session.identity().id(),
                    session.identity().address(),
                    SessionView.rttMicros(session),
                    QueueView.of(session));
        }
    }

    /** A page of workers. */
    record WorkersView(int total, int offset, int limit, List<WorkerView> workers) {}

    /**
     * One worker.
     *
     * @param state {@code free}, {@code busy}, or what its phase is while it is neither
     * @param draining it gets no further client
     */
    record WorkerView(
            String id,
            String route,
            String key,
            String address,
            String state,
            boolean draining,
            @Nullable String client,
            long busySeconds) {

        static WorkerView of(Session session) {
            Session client = session.partner();
            return new WorkerView(
                    session.identity().id(),
                    session.identity().route().name(),
                    session.identity().key(),
                    session.identity().address(),
                    state(session),
                    session.retiring(),
                    client == null ? null : client.identity().id(),
                    session.inPairs().toSeconds());
        }

        private static String state(Session session) {
            return switch (session.phase()) {
                case WAITING -> "free";
                case PAIRED -> "busy";
                case OPENING, CLOSING, ENDED -> SessionView.phase(session);
            };
        }
    }

    private final Sessions sessions;

    FleetEndpoints(Sessions sessions) {
        this.sessions = sessions;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/pairs", answered(this::pairs)),
                new Endpoint("GET", "/workers", answered(this::workers)),
                new Endpoint("POST", "/workers/{id}/drain", this::drain));
    }

    private Answer pairs(Request request) {
        SessionQuery query = SessionQuery.of(request);
        SessionQuery.Found found = query.find(sessions.all(), session ->
                session.side() == Side.CLIENT && session.pair() != null);
        return Answer.ok(new PairsView(
                found.total(),
                query.page().offset(),
                query.page().limit(),
                found.sessions().stream().map(FleetEndpoints::pair).filter(Objects::nonNull)
                        .toList()));
    }

    /** {@return the pair of a client, or null when it has just ended} */
    private static @Nullable PairView pair(Session client) {
        Pair pair = client.pair();
        Session worker = client.partner();
        return pair == null ? null : new PairView(
                pair.id(),
                client.identity().route().name(),
                client.identity().key(),
                client.inThisPair().toSeconds(),
                EndView.of(client),
                worker == null ? null : EndView.of(worker));
    }

    private Answer workers(Request request) {
        SessionQuery query = SessionQuery.of(request);
        SessionQuery.Found found =
                query.find(sessions.all(), session -> session.side() == Side.WORKER);
        return Answer.ok(new WorkersView(
                found.total(),
                query.page().offset(),
                query.page().limit(),
                found.sessions().stream().map(WorkerView::of).toList()));
    }

    private Answer drain(Request request) {
        Session worker = sessions.find(request.variable("id"));
        if (worker == null || worker.side() != Side.WORKER) {
            return Answer.notFound("no worker of this id is live");
        }
        worker.retire();
        return new Answer(202, WorkerView.of(worker));
    }
}
