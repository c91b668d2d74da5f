package dev.weir;

import dev.weir.accept.Handshakes;
import dev.weir.accept.Listener;
import dev.weir.accept.PushApi;
import dev.weir.admin.Sampler;
import dev.weir.config.Config;
import dev.weir.config.ConfigChange;
import dev.weir.config.ConfigException;
import dev.weir.config.DrainConfig;
import dev.weir.config.Secrets;
import dev.weir.ops.admin.Check;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Health;
import dev.weir.ops.telemetry.Telemetry;
import dev.weir.ops.watch.Watch;
import dev.weir.queue.BufferPool;
import dev.weir.session.FlightRecorder;
import dev.weir.session.Heartbeat;
import dev.weir.session.Ids;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import dev.weir.session.Traces;
import dev.weir.watch.Diagnosis;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running relay: everything is wired here, by hand, and started and stopped in order.
 *
 * <p>Thread-safe. It ends by {@link #drain}, in good order, or by {@link #close}, at once.
 */
public final class Relay implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    /**
     * What the relay cannot know of itself.
     *
     * @param version of this build
     * @param configSource the file that the config came from, or {@code defaults}
     */
    public record Hosting(String version, String configSource) {

        /** {@return that of a relay inside some other program} */
        public static Hosting unknown() {
            return new Hosting("unknown", "unknown");
        }
    }

    private final Sessions sessions;
    private final Reception reception;
    private final BufferPool pool;
    private final Listener listener;
    private final Heartbeat heartbeat;
    private final ExternalServices services;
    private final Diagnosis diagnosis;
    private final @Nullable PushApi api;
    private final Admin admin;
    private final Meters meters;
    private final LongSupplier nanoClock;
    private final AtomicBoolean draining;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    private Relay(
            Sessions sessions,
            Reception reception,
            BufferPool pool,
            Listener listener,
            Heartbeat heartbeat,
            ExternalServices services,
            Diagnosis diagnosis,
            @Nullable PushApi api,
            Admin admin,
            Meters meters,
            AtomicBoolean draining,
            LongSupplier nanoClock) {
        this.sessions = sessions;
        this.reception = reception;
        this.pool = pool;
        this.listener = listener;
        this.heartbeat = heartbeat;
        this.services = services;
        this.diagnosis = diagnosis;
        this.api = api;
        this.admin = admin;
        this.meters = meters;
        this.draining = draining;
        this.nanoClock = nanoClock;
    }

    /**
     * Starts a relay.
     *
     * @param telemetry where it is seen; it outlives the relay
     * @throws IOException when it cannot listen; the message is one line for the user
     */
    public static Relay start(Config config, Telemetry telemetry) throws IOException {
        return start(config, Hosting.unknown(), telemetry);
    }

    /** As {@link #start(Config, Telemetry)}, telling on the admin port what hosts it. */
    public static Relay start(Config config, Hosting hosting, Telemetry telemetry)
            throws IOException {
        return start(config, hosting, telemetry, InstantSource.system(), System::nanoTime);
    }

    /** As {@link #start(Config, Hosting, Telemetry)}, with clocks of one's own. */
    public static Relay start(
            Config config,
            Hosting hosting,
            Telemetry telemetry,
            InstantSource clock,
            LongSupplier nanoClock)
            throws IOException {
        Sessions sessions = new Sessions();
        Ids ids = new Ids();
        BufferPool pool = new BufferPool(
                config.limits().queuedBytesOf(Runtime.getRuntime().maxMemory()));
        Tallies tallies = new Tallies();
        Session.Shared shared = new Session.Shared(
                config.heartbeat(),
                config.listen().handshakeDeadline(),
                config.listen().closeDeadline(),
                pool,
                new FlightRecorder.Memory(
                        config.watch().events(), config.watch().eventsMemory().bytes()),
                clock,
                nanoClock,
                tallies,
                new Traces(telemetry.tracer(), config.trace(), clock, nanoClock));
        Secrets secrets = new Secrets(System.getenv());
        ExternalServices services = new ExternalServices(
                config, secrets, ids.next(), shared, telemetry.api());
        Reception reception = new Reception(
                config.routes(), services.upstreams(config), sessions, ids);

        Handshakes handshakes =
                new Handshakes(telemetry.meter(), telemetry.tracer(), telemetry.propagator());
        Listener listener =
                Listener.start(config, reception, shared, ids, handshakes, clock);
        Heartbeat heartbeat = new Heartbeat(
                sessions, pool, config.heartbeat(), config.listen().closeDeadline(), nanoClock);
        Thread.ofVirtual().name("heartbeat").start(heartbeat);

        Health health = new Health();
        AtomicBoolean draining = new AtomicBoolean();
        health.ready("drain", () -> draining.get()
                ? Check.failing("draining")
                : Check.passing("not draining"));
        health.ready("listener", () -> listener.accepting()
                ? Check.passing("takes handshakes")
                : Check.failing("refuses handshakes"));
        services.register(health);
        Diagnosis diagnosis =
                Diagnosis.start(config, sessions, pool, telemetry.meter(), clock, nanoClock);
        services.register(diagnosis.watch(), config.watch().stuck());
        List<Endpoint> pages = Stream.of(
                        new ConnectorPages(services).endpoints(),
                        diagnosis.pages().endpoints())
                .flatMap(List::stream)
                .toList();
        Sampler.Sources sources = new Sampler.Sources(
                hosting.version(),
                sessions,
                reception,
                pool,
                () -> draining.get() || !listener.accepting(),
                tallies,
                clock);
        PushApi api = null;
        try {
            if (config.api().enabled()) {
                api = PushApi.start(config.api(), secrets.read(config.api().token()), sessions);
            }
            Admin admin = Admin.start(
                    config, hosting, sources, listener.port(), health, pages,
                    telemetry);
            Meters meters = new Meters(
                    telemetry, config.routes(), sessions, reception, tallies, pool);
            return new Relay(
                    sessions, reception, pool, listener, heartbeat, services, diagnosis,
                    api, admin, meters, draining, nanoClock);
        } catch (IOException e) {
            diagnosis.close();
            if (api != null) {
                api.close();
            }
            heartbeat.stop();
            listener.close();
            services.close();
            throw e;
        }
    }

    /** {@return the port that clients and workers connect to} */
    public int port() {
        return listener.port();
    }

    /** Sets what is done, once, when an operator asks through the admin port for a drain. */
    public void onDrainRequested(Runnable action) {
        CompletableFuture<Void> _ = admin.drainRequested().thenRun(action);
    }

    /** {@return the port of the admin server} */
    public int adminPort() {
        return admin.port();
    }

    /** {@return where others let what they know be watched: losses of the log, long calls} */
    public Watch watch() {
        return diagnosis.watch();
    }

    /** {@return the port where services push, or -1 when there is none} */
    public int apiPort() {
        return api == null ? -1 : api.port();
    }

    /** {@return what the admin port answers, such as {@code GET /sessions/{id}}} */
    List<String> endpoints() {
        return admin.endpoints();
    }

    /** {@return how many sessions are live} */
    public int liveSessions() {
        return sessions.count();
    }

    /** {@return bytes of memory that queued messages hold} */
    public long queuedBytes() {
        return pool.used();
    }

    /** {@return a number that grows while threads of the relay get to run} */
    public long beats() {
        return heartbeat.beats();
    }

    /** {@return whether it is on its way to its end} */
    public boolean draining() {
        return draining.get();
    }

    /** {@return what a drain takes at most, with all its steps} */
    public Duration longestDrain() {
        DrainConfig drain = admin.state().config().drain();
        return drain.readyDelay().plus(drain.deadline()).plus(drain.jitter()).plus(lastWords());
    }

    /**
     * Brings a changed config into force, as far as that can be while it runs: routes, new
     * connectors, limits, drain, log level and admin token. Live sessions are not touched: each
     * keeps the route that it came with. What has changed and what needs a restart is logged and
     * shown by {@code GET /config}.
     */
    public synchronized void change(Config next) {
        Config before = admin.state().config();
        ConfigChange change = ConfigChange.between(before, next);
        Config now = change.inForce();
        if (now.equals(before)) {
            admin.state().unchanged(change.needsRestart());
            log.atInfo().addKeyValue("needsRestart", change.needsRestart())
                    .log("the config says what is in force");
            return;
        }
        services.change(now);
        // Before the listener leads anybody there.
        reception.change(now.routes(), services.upstreams(now));
        listener.change(now.routes(), now.limits());
        pool.budget(now.limits().queuedBytesOf(Runtime.getRuntime().maxMemory()));
        admin.change(change);
        log.atInfo()
                .addKeyValue("applied", change.applied())
                .addKeyValue("needsRestart", change.needsRestart())
                .log("a changed config is in force");
    }

    /** Keeps a changed config that is wrong out, and lets {@code GET /config} show why. */
    public void refuse(ConfigException changed) {
        admin.state().refused(changed.problems());
        for (String problem : changed.problems()) {
            log.atError().addKeyValue("problem", problem).log("the changed config is refused");
        }
    }

    /**
     * Ends it in good order: it is not ready any more, refuses newcomers after the ready delay,
     * live pairs may finish until the deadline, the rest is told 1012 with the delivery of all that
     * was queued, spread so that not all come back at once. Blocks until everything is over; then
     * the relay is closed.
     *
     * @throws InterruptedException when told to give up; {@link #close} it then
     */
    public void drain() throws InterruptedException {
        DrainConfig drain = admin.state().config().drain();
        draining.set(true);
        log.atInfo().addKeyValue("sessions", sessions.count()).log("draining");
        Drain plan = new Drain(sessions, closed, nanoClock);
        plan.pause(drain.readyDelay());
        listener.refuse();
        plan.endThoseWithoutPartner();
        plan.awaitNoneLeft(drain.deadline());
        plan.endAllWithin(drain.jitter());
        plan.awaitNoneLeft(lastWords());
        close();
    }

    /** What is queued is written to both, each in its turn, and each may take its time to close. */
    private Duration lastWords() {
        Config config = admin.state().config();
        Duration writeDeadline = config.routes().stream()
                .map(route -> route.writeDeadline())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        return config.listen().closeDeadline().multipliedBy(2).plus(writeDeadline);
    }

    /** Ends it at once. A step that fails is logged and does not keep the next from its turn. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        closed.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            log.atWarn().setCause(e).log("stopping");
        }
        if (api != null) {
            api.close();
        }
        heartbeat.stop();
        services.close();
        diagnosis.close();
        admin.close();
        meters.close();
        log.atInfo().addKeyValue("left", sessions.count()).log("stopped");
    }
}
