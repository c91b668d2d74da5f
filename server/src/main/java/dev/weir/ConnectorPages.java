package dev.weir;

import dev.weir.connectors.guard.Force;
import dev.weir.connectors.guard.Reachability;
import dev.weir.connectors.guard.Service;
import dev.weir.connectors.guard.View;
import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the admin port tells of the external services, and lets an operator do. Thread-safe. */
final class ConnectorPages {

    private final ExternalServices services;

    ConnectorPages(ExternalServices services) {
        this.services = services;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/connectors", this::list),
                new Endpoint("GET", "/connectors/{name}", this::show),
                new Endpoint("POST", "/connectors/{name}/breaker", this::force));
    }

    /** How a service is doing, with the words of logs and metrics; rates in percent. */
    record ConnectorView(
            String name,
            String type,
            String state,
            Instant since,
            @Nullable Double failureRate,
            @Nullable Double slowRate,
            long calls,
            long failed,
            long rejected,
            long notTried,
            long retried,
            int inFlight,
            int waiting,
            View.@Nullable LastError lastError,
            @Nullable Instant nextProbe,
            ReachableView reachable) {

        static ConnectorView of(Service service) {
            View view = service.view();
            Reachability found = view.reachable();
            return new ConnectorView(
                    view.name(), view.type(), view.state().word(), view.since(),
                    view.failureRate(), view.slowRate(), view.calls(), view.failed(),
                    view.rejected(), view.notTried(), view.retried(), view.inFlight(),
                    view.waiting(), view.lastError(), view.nextProbe(),
                    new ReachableView(
                            found.answer().name().toLowerCase(Locale.ROOT),
                            found.text(),
                            found.at()));
        }
    }

    /** What the last check found: yes, no or unknown, and when that was. */
    record ReachableView(String answer, String text, @Nullable Instant at) {}

    private Answer list(Request request) {
        return Answer.ok(services.all().stream().map(ConnectorView::of).toList());
    }

    private Answer show(Request request) {
        Service service = find(request);
        return service == null ? unknown() : Answer.ok(ConnectorView.of(service));
    }

    /** {@code ?force=open}, {@code closed} or {@code auto}. */
    private Answer force(Request request) {
        Service service = find(request);
        if (service == null) {
            return unknown();
        }
        String word = request.query().getOrDefault("force", "");
        Optional<Force> force = Stream.of(Force.values())
                .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst();
        if (force.isEmpty()) {
            return Answer.refused(400, "force must be open, closed or auto, in the query");
        }
        service.force(force.get());
        return Answer.ok(ConnectorView.of(service));
    }

    private @Nullable Service find(Request request) {
        return services.find(request.variables().getOrDefault("name", ""));
    }

    private static Answer unknown() {
        return Answer.notFound("no connector has this name");
    }
}
