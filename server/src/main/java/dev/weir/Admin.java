package dev.weir;

import dev.weir.admin.AdminApi;
import dev.weir.admin.ConfigState;
import dev.weir.admin.Sampler;
import dev.weir.config.AdminConfig;
import dev.weir.config.Config;
import dev.weir.config.ConfigChange;
import dev.weir.ops.admin.AdminServer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Health;
import dev.weir.ops.log.LogLevel;
import dev.weir.ops.telemetry.Telemetry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** The admin port of a relay and what stands behind it, wired. Thread-safe. */
final class Admin implements AutoCloseable {

    private final AdminServer server;
    private final Sampler sampler;
    private final ConfigState state;
    private final LogLevel logLevel;
    private final CompletableFuture<Void> drainRequested;

    private Admin(
            AdminServer server,
            Sampler sampler,
            ConfigState state,
            LogLevel logLevel,
            CompletableFuture<Void> drainRequested) {
        this.server = server;
        this.sampler = sampler;
        this.state = state;
        this.logLevel = logLevel;
        this.drainRequested = drainRequested;
    }

    /**
     * Starts it.
     *
     * @param more what others answer
     * @param telemetry brings GET /metrics
     * @throws IOException when it cannot listen; the message is one line for the user
     */
    static Admin start(
            Config config,
            Relay.Hosting hosting,
            Sampler.Sources sources,
            int port,
            Health health,
            List<Endpoint> more,
            Telemetry telemetry)
            throws IOException {
        ConfigState state = new ConfigState(config, hosting.configSource(), sources.clock());
        LogLevel logLevel = new LogLevel(word(config), sources.clock());
        CompletableFuture<Void> drainRequested = new CompletableFuture<>();
        Sampler sampler = new Sampler(sources, () -> state.config().limits().connections());
        List<Endpoint> endpoints = new ArrayList<>(more);
        endpoints.addAll(AdminApi.endpoints(new AdminApi.Node(
                port,
                sources.sessions(),
                sources.reception(),
                sources.tallies(),
                sampler,
                state,
                logLevel,
                () -> drainRequested.complete(null),
                sources.clock())));
        AdminConfig admin = config.admin();
        AdminServer server = AdminServer.start(
                admin.host(),
                admin.port(),
                () -> state.config().admin().token().reveal(),
                endpoints,
                health,
                List.of(telemetry.metricsPage()));
        // A platform thread: it has to see what happens when no virtual thread gets to run.
        Thread.ofPlatform().daemon().name("sampler").start(sampler);
        return new Admin(server, sampler, state, logLevel, drainRequested);
    }

    int port() {
        return server.port();
    }

    List<String> endpoints() {
        return server.endpoints();
    }

    /** A changed config is in force. */
    void change(ConfigChange change) {
        state.changed(change);
        logLevel.configured(word(change.inForce()));
    }

    private static String word(Config config) {
        return config.log().level().name().toLowerCase(Locale.ROOT);
    }

    ConfigState state() {
        return state;
    }

    CompletableFuture<Void> drainRequested() {
        return drainRequested;
    }

    @Override
    public void close() {
        sampler.stop();
        logLevel.close();
        server.close();
    }
}
