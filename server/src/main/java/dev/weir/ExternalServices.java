package dev.weir;

import dev.weir.config.Config;
import dev.weir.config.ConnectorConfig;
import dev.weir.config.ConnectorTypes;
import dev.weir.config.RouteConfig;
import dev.weir.config.Secrets;
import dev.weir.connectors.Connector;
import dev.weir.connectors.Environment;
import dev.weir.connectors.Settings;
import dev.weir.connectors.guard.Reachability;
import dev.weir.connectors.guard.Service;
import dev.weir.ops.admin.Check;
import dev.weir.ops.admin.Health;
import dev.weir.ops.watch.Call;
import dev.weir.ops.watch.CallWatch;
import dev.weir.ops.watch.Culprit;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.Watch;
import dev.weir.session.Session;
import dev.weir.session.Upstream;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The external worker services of the configuration, each behind its guard, and which route uses
 * which. Making them does no I/O: the relay starts while they are down.
 */
final class ExternalServices implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ExternalServices.class);

    /** What is known of a service may be so old before it is asked again. */
    private static final Duration REACHABILITY_AGE = Duration.ofSeconds(5);

    private final ConnectorTypes types = ConnectorTypes.installed();
    private final Secrets secrets;
    private final String node;
    private final Session.Shared shared;
    private final OpenTelemetry telemetry;
    private final List<Consumer<Service>> followers = new ArrayList<>();

    /** In the order of the configuration; a copy replaces it when there are more. */
    private volatile Map<String, Service> services = Map.of();

    private volatile Map<String, ConnectorConfig> configs = Map.of();

    /**
     * Makes the services.
     *
     * @param node names this node to them
     * @param shared what they share with the sessions
     * @throws IllegalArgumentException when a connector cannot be made of its settings
     */
    ExternalServices(
            Config config,
            Secrets secrets,
            String node,
            Session.Shared shared,
            OpenTelemetry telemetry) {
        this.secrets = secrets;
        this.node = node;
        this.shared = shared;
        this.telemetry = telemetry;
        change(config);
    }

    /**
     * Makes the services that are new in a changed configuration; those that are there stay as they
     * are. One thread at a time.
     *
     * @throws IllegalArgumentException when a connector cannot be made of its settings; nothing has
     *     changed then
     */
    void change(Config config) {
        Map<String, Service> all = new LinkedHashMap<>(services);
        Map<String, ConnectorConfig> known = new HashMap<>(configs);
        List<Service> added = new ArrayList<>();
        try {
            for (ConnectorConfig connector : config.connectors()) {
                if (!all.containsKey(connector.name())) {
                    Service service = make(connector, largestMessage(config, connector.name()));
                    added.add(service);
                    all.put(connector.name(), service);
                    known.put(connector.name(), connector);
                }
            }
        } catch (IllegalArgumentException e) {
            added.forEach(Service::close);
            throw e;
        }
        services = Collections.unmodifiableMap(all);
        configs = Map.copyOf(known);
        added.forEach(service -> followers.forEach(follower -> follower.accept(service)));
    }

    private Service make(ConnectorConfig connector, long largestMessage) {
        Connector.Provider provider = provider(connector);
        Settings settings = Settings.of(
                provider.settings(),
                secrets.resolve(provider.settings().settings(), connector.settings()));
        Environment environment = new Environment(
                connector.name(),
                node,
                connector.policy().deadlines(),
                largestMessage,
                shared.clock(),
                shared.nanoClock());
        return new Service(
                connector.name(),
                connector.type(),
                provider.create(settings, environment),
                connector.policy(),
                environment,
                telemetry);
    }

    /** Does this with each service that there is, and with each that comes. */
    private void forEach(Consumer<Service> follower) {
        followers.add(follower);
        services.values().forEach(follower);
    }

    private Connector.Provider provider(ConnectorConfig connector) {
        return types.find(connector.type()).orElseThrow(() -> new IllegalArgumentException(
                "there is no connector of type " + connector.type()));
    }

    /** {@return the largest message that any route of this connector takes, in bytes} */
    private static long largestMessage(Config config, String connector) {
        return config.routes().stream()
                .filter(route -> connector.equals(route.connector())
                        || connector.equals(route.fallback())
                        || connector.equals(route.deadLetter()))
                .mapToLong(route -> route.message().limit().bytes())
                .max()
                .orElse(RouteConfig.defaults().message().limit().bytes());
    }

    /** {@return the services behind each route that has some, by the name of the route} */
    Map<String, Upstream> upstreams(Config config) {
        Map<String, Upstream> upstreams = new HashMap<>();
        for (RouteConfig route : config.routes()) {
            Service primary = services.get(route.connector());
            if (primary != null) {
                boolean chooses = types.find(primary.type())
                        .map(Connector.Provider::choosesSubprotocol)
                        .orElse(false);
                upstreams.put(route.name(), new Upstream(route, new Upstream.Services(
                        primary,
                        services.get(route.fallback()),
                        services.get(route.deadLetter()),
                        chooses), shared));
            }
        }
        return upstreams;
    }

    /** {@return all of them, in the order of the configuration} */
    Collection<Service> all() {
        return services.values();
    }

    /** {@return the service of that name, or null} */
    @Nullable Service find(String name) {
        return services.get(name);
    }

    /** Lets readiness tell of each service; only a required one keeps the node from being ready. */
    void register(Health health) {
        forEach(service ->
                health.ready("connector " + service.name(), () -> check(service)));
    }

    /** Lets the calls to each service be watched; one that lasts so long is a finding. */
    void register(Watch watch, Duration stuck) {
        forEach(service -> watch.add(
                new CallWatch(Kind.CONNECTOR_STUCK, stuck, () -> calls(service))));
    }

    private List<Call> calls(Service service) {
        long now = shared.nanoClock().getAsLong();
        return service.stuck(Duration.ZERO).stream()
                .map(call -> new Call(
                        "connector " + service.name(),
                        "has not returned from " + call.operation().word() + " for session "
                                + call.session(),
                        call.lasting(now).toNanos(),
                        call.thread(),
                        Culprit.connector(service.name(), call.session())))
                .toList();
    }

    private Check check(Service service) {
        Reachability found = service.check(REACHABILITY_AGE);
        boolean required = Optional.ofNullable(configs.get(service.name()))
                .map(ConnectorConfig::required)
                .orElse(false);
        return switch (found.answer()) {
            case YES -> Check.passing("reachable, breaker " + service.state().word());
            case UNKNOWN ->
                    required ? Check.failing("not asked yet") : Check.passing("not asked yet");
            case NO ->
                    required
                            ? Check.failing("not reachable: " + found.text())
                            : Check.passing("not reachable, not required: " + found.text());
        };
    }

    /** Closes all of them; one that fails does not keep the next from its turn. */
    @Override
    public void close() {
        for (Service service : services.values()) {
            try {
                service.close();
            } catch (RuntimeException e) {
                log.atWarn().addKeyValue("connector", service.name()).setCause(e).log("closing");
            }
        }
    }
}
