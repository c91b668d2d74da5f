package dev.weir.watch;

import dev.weir.config.Config;
import dev.weir.config.WatchConfig;
import dev.weir.ops.watch.CallWatch;
import dev.weir.ops.watch.CarrierWatch;
import dev.weir.ops.watch.Culprit;
import dev.weir.ops.watch.Finding;
import dev.weir.ops.watch.Findings;
import dev.weir.ops.watch.GcWatch;
import dev.weir.ops.watch.Kind;
import dev.weir.ops.watch.PinWatch;
import dev.weir.ops.watch.Profiler;
import dev.weir.ops.watch.ShareWatch;
import dev.weir.ops.watch.ShareWatch.Resource;
import dev.weir.ops.watch.Watch;
import dev.weir.queue.BufferPool;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * All watchdogs of a relay, wired. Others register what they know with {@link #watch}: the log its
 * losses, connectors their calls.
 */
public final class Diagnosis implements AutoCloseable {

    private static final AttributeKey<String> KIND = AttributeKey.stringKey("weir.kind");
    private static final AttributeKey<String> SEVERITY = AttributeKey.stringKey("weir.severity");

    /** To count the open files is to list them; every tenth look does. */
    private static final int OPEN_FILES_EVERY = 10;

    private final Findings findings;
    private final Watch watch;
    private final FindingPages pages;
    private final List<Runnable> ends;

    private Diagnosis(
            Findings findings, Watch watch, FindingPages pages, List<Runnable> ends) {
        this.findings = findings;
        this.watch = watch;
        this.pages = pages;
        this.ends = ends;
    }

    /** Starts to watch. */
    public static Diagnosis start(
            Config config,
            Sessions sessions,
            BufferPool pool,
            Meter meter,
            InstantSource clock,
            LongSupplier nanoClock) {
        WatchConfig limits = config.watch();
        Culprits culprits = new Culprits(sessions);
        Findings findings = new Findings(limits.findings(), limits.hold(), clock);
        Watch watch = new Watch(findings, limits.interval());

        CarrierWatch carriers =
                new CarrierWatch(limits.carrierDelay(), culprits::ownerOf, nanoClock);
        watch.add(carriers);
        carriers.start();
        PinWatch pins = limits.pinned().isZero()
                ? null
                : new PinWatch(limits.pinned(), culprits::ownerOf);
        if (pins != null) {
            watch.add(pins);
            pins.start();
        }
        watch.add(new GcWatch(limits.gcPause()));
        watch.add(new ShareWatch(
                ShareWatch.openFiles(), limits.openFiles(), OPEN_FILES_EVERY,
                Culprit::nobody, () -> sessionsByRoute(sessions)));
        watch.add(new ShareWatch(
                new Resource(Kind.QUEUE_MEMORY, "queue memory", "bytes",
                        pool::used, pool::budget),
                limits.queueMemory(), 1,
                () -> worstReceiver(sessions), () -> sessionsByRoute(sessions)));
        watch.add(new PairWatch(
                sessions, limits.stalled(), limits.stuck(), limits.flood(), nanoClock));
        watch.add(new PeerWatch(sessions, limits.silent()));
        watch.add(new CallWatch(
                Kind.STUCK_CALL, limits.stuck(), new EventThreads(sessions, nanoClock)));
        watch.add(new LeakWatch(sessions, limits.leak()));
        watch.start();
        Profiler profiler = config.admin().profile() ? new Profiler() : null;
        FindingPages pages = new FindingPages(findings, sessions, profiler, clock, nanoClock);
        List<Runnable> ends = new ArrayList<>(instruments(meter, findings, carriers));
        if (pins != null) {
            ends.addAll(instruments(meter, pins));
        }
        if (profiler != null) {
            ends.add(profiler::close);
        }
        return new Diagnosis(findings, watch, pages, ends);
    }

    private static List<Runnable> instruments(
            Meter meter, Findings findings, CarrierWatch carriers) {
        return List.of(
                meter.upDownCounterBuilder("weir.findings")
                        .setDescription("Findings that are open")
                        .setUnit("{finding}")
                        .buildWithCallback(to -> open(findings).forEach(
                                (attributes, count) -> to.record(count, attributes)))
                        ::close,
                meter.counterBuilder("weir.findings.begun")
                        .setDescription("Findings that have begun")
                        .setUnit("{finding}")
                        .buildWithCallback(to -> findings.begun().forEach((kind, count) ->
                                to.record(count, Attributes.of(KIND, kind.label()))))
                        ::close,
                meter.gaugeBuilder("weir.carrier.delay")
                        .setDescription("Longest wait of a virtual thread to run, of the last 10 s")
                        .setUnit("s")
                        .buildWithCallback(to -> to.record(carriers.delaySeconds()))
                        ::close);
    }

    private static List<Runnable> instruments(Meter meter, PinWatch pins) {
        return List.of(
                meter.counterBuilder("weir.carrier.pins")
                        .setDescription("Times that a virtual thread held its carrier for"
                                + " watch.pinned or longer while it waited")
                        .setUnit("{pin}")
                        .buildWithCallback(to -> to.record(pins.count()))
                        ::close,
                meter.counterBuilder("weir.carrier.pinned.time")
                        .ofDoubles()
                        .setDescription("How long that was, all together")
                        .setUnit("s")
                        .buildWithCallback(to -> to.record(pins.seconds()))
                        ::close);
    }

    /** Every kind is there, with 0, so that an alert on it has something to look at. */
    private static Map<Attributes, Long> open(Findings findings) {
        Map<Attributes, Long> counts = new HashMap<>();
        for (Kind kind : Kind.values()) {
            counts.put(Attributes.of(KIND, kind.label(), SEVERITY, "warning"), 0L);
            counts.put(Attributes.of(KIND, kind.label(), SEVERITY, "critical"), 0L);
        }
        for (Finding finding : findings.open()) {
            counts.merge(
                    Attributes.of(
                            KIND, finding.kind().label(), SEVERITY, finding.severity().label()),
                    1L,
                    Long::sum);
        }
        return counts;
    }

    private static Map<String, Object> sessionsByRoute(Sessions sessions) {
        return Map.of("sessions", sessions.all().stream()
                .collect(Collectors.groupingBy(
                        session -> session.identity().route().name(), Collectors.counting())));
    }

    /** Who does not take the most: as the one that would be closed first. */
    private static Culprit worstReceiver(Sessions sessions) {
        long most = 0;
        Culprit worst = Culprit.nobody();
        for (Session session : sessions.all()) {
            Partner partner = Partner.of(session);
            Partner self = new Partner.Peer(session);
            long bytes = session.outbox().depth().bytes();
            if (bytes > most) {
                most = bytes;
                worst = (partner == null ? self : partner).culprit();
            }
            if (partner instanceof Partner.ServiceLink
                    && partner.leg().outbox().depth().bytes() > most) {
                most = partner.leg().outbox().depth().bytes();
                worst = self.culprit();
            }
        }
        return worst;
    }

    /** {@return where others register what they know} */
    public Watch watch() {
        return watch;
    }

    /** {@return the board} */
    public Findings findings() {
        return findings;
    }

    /** {@return what the admin port tells of it} */
    public FindingPages pages() {
        return pages;
    }

    @Override
    public void close() {
        watch.close();
        ends.forEach(Runnable::run);
    }
}
