package dev.weir;

import dev.weir.Census.Count;
import dev.weir.Census.Found;
import dev.weir.config.RouteConfig;
import dev.weir.ops.telemetry.ObservedHistogram;
import dev.weir.ops.telemetry.Telemetry;
import dev.weir.pair.CloseReason;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.session.Durations;
import dev.weir.session.Ledger.Account;
import dev.weir.session.Phase;
import dev.weir.session.Reception;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import dev.weir.session.Tallies.Tally;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The figures of the relay as OpenTelemetry instruments. All are observed when somebody collects
 * them, and cost a message nothing but the counts that are kept anyway. {@code ops/README.md} has
 * the list; a test compares it with what is there.
 */
final class Meters implements AutoCloseable {

    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weir.route");
    private static final AttributeKey<String> SIDE = AttributeKey.stringKey("weir.side");
    private static final AttributeKey<String> PHASE = AttributeKey.stringKey("weir.phase");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("weir.reason");

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Meter meter;
    private final Sessions sessions;
    private final Reception reception;
    private final Tallies tallies;
    private final BufferPool pool;
    private final Census census;
    private final List<ObservableMeasurement> all = new ArrayList<>();
    private final Map<Count, ObservableLongMeasurement> counts = new EnumMap<>(Count.class);

    private final ObservableLongMeasurement live;
    private final ObservableLongMeasurement ended;
    private final ObservableLongMeasurement pairs;
    private final ObservableLongMeasurement undelivered;
    private final ObservableDoubleMeasurement blockedTime;
    private final ObservableLongMeasurement blocked;
    private final ObservableLongMeasurement queuedMessages;
    private final ObservableLongMeasurement queuedBytes;
    private final ObservableLongMeasurement mostMessages;
    private final ObservableLongMeasurement mostBytes;
    private final ObservableDoubleMeasurement oldest;
    private final ObservableLongMeasurement waitingClients;
    private final ObservableLongMeasurement waitingWorkers;
    private final ObservableLongMeasurement memoryUsed;
    private final ObservableLongMeasurement memoryLimit;
    private final BatchCallback observing;

    /** Observes these from now on. */
    Meters(
            Telemetry telemetry,
            List<RouteConfig> routes,
            Sessions sessions,
            Reception reception,
            Tallies tallies,
            BufferPool pool) {
        this.meter = telemetry.meter();
        this.sessions = sessions;
        this.reception = reception;
        this.tallies = tallies;
        this.pool = pool;
        List<Account> accounts = routes.stream()
                .flatMap(route -> Stream.of(Side.values())
                        .map(side -> new Account(route.name(), side)))
                .toList();
        accounts.forEach(tallies::of); // a count that is still zero is shown, too
        this.census = new Census(accounts, sessions, tallies);

        live = amount("weir.sessions", "{session}", "Live sessions");
        ended = count("weir.sessions.ended", "{session}", "Sessions that are over");
        pairs = amount("weir.pairs", "{pair}", "Clients that have a worker");
        waitingClients = amount(
                "weir.waiting.clients", "{session}", "Clients in the waiting room");
        waitingWorkers = amount("weir.waiting.workers", "{session}", "Workers without a client");
        counts.put(Count.MESSAGES_RECEIVED, count(
                "weir.messages.received", "{message}", "Messages that came in"));
        counts.put(Count.BYTES_RECEIVED, count(
                "weir.payload.received", "By", "Payload that came in"));
        counts.put(Count.MESSAGES_SENT, count(
                "weir.messages.sent", "{message}", "Messages that were written"));
        counts.put(Count.BYTES_SENT, count(
                "weir.payload.sent", "By", "Payload that was written"));
        undelivered = count(
                "weir.messages.undelivered", "{message}",
                "Messages that came in and reached nobody");
        blockedTime = seconds("weir.blocked.time", "Time that senders were held up");
        blocked = amount(
                "weir.sessions.blocked", "{session}", "Sessions whose sender is held up now");
        queuedMessages = amount("weir.queue.messages", "{message}", "Messages in outboxes");
        queuedBytes = amount("weir.queue.payload", "By", "Payload in outboxes");
        mostMessages = gauge(
                "weir.queue.messages.highest", "{message}",
                "Most messages that the outbox of any live session ever held");
        mostBytes = gauge(
                "weir.queue.payload.highest", "By",
                "Most payload that the outbox of any live session ever held");
        oldest = all(meter.gaugeBuilder("weir.queue.age")
                .setUnit("s")
                .setDescription("Age of the oldest message of a pair that is not written yet")
                .buildObserver());
        memoryUsed = amount("weir.queue.memory.used", "By", "Memory in outboxes");
        memoryLimit = amount("weir.queue.memory.limit", "By", "Memory that outboxes may take");

        ObservableMeasurement[] others =
                all.subList(1, all.size()).toArray(ObservableMeasurement[]::new);
        observing = meter.batchCallback(this::observe, all.getFirst(), others);
        telemetry.observe(histogram(
                "weir.forward.duration",
                "Time of a message from its entrance until it is written",
                Tally::forward));
        telemetry.observe(histogram(
                "weir.ping.duration", "Round-trip time of pings", Tally::roundTrip));
    }

    private ObservableLongMeasurement amount(String name, String unit, String what) {
        return all(meter.upDownCounterBuilder(name)
                .setUnit(unit).setDescription(what).buildObserver());
    }

    private ObservableLongMeasurement count(String name, String unit, String what) {
        return all(meter.counterBuilder(name)
                .setUnit(unit).setDescription(what).buildObserver());
    }

    private ObservableLongMeasurement gauge(String name, String unit, String what) {
        return all(meter.gaugeBuilder(name).ofLongs()
                .setUnit(unit).setDescription(what).buildObserver());
    }

    private ObservableDoubleMeasurement seconds(String name, String what) {
        return all(meter.counterBuilder(name).ofDoubles()
                .setUnit("s").setDescription(what).buildObserver());
    }

    private <M extends ObservableMeasurement> M all(M instrument) {
        all.add(instrument);
        return instrument;
    }

    private ObservedHistogram histogram(
            String name, String what, Function<Tally, Durations> which) {
        return new ObservedHistogram(name, what, "s", Durations.bounds(), () ->
                tallies.accounts().entrySet().stream()
                        .map(entry -> {
                            Durations durations = which.apply(entry.getValue());
                            return new ObservedHistogram.Point(
                                    of(entry.getKey()), durations.counts(), durations.seconds());
                        })
                        .toList());
    }

    private void observe() {
        Found found = census.take();
        found.present().forEach(this::observePresent);
        found.counts().forEach(this::observeCounts);
        found.pairs().forEach((route, count) -> pairs.record(count, Attributes.of(ROUTE, route)));
        observeEnds();
        perRoute(waitingClients, reception.waitingClients());
        perRoute(waitingWorkers, reception.waitingWorkers());
        memoryUsed.record(pool.used());
        memoryLimit.record(pool.budget());
    }

    private void observePresent(Account account, Census.Present present) {
        Attributes whose = of(account);
        for (Phase phase : Phase.values()) {
            if (phase != Phase.ENDED) {
                live.record(
                        present.phases.getOrDefault(phase, 0L),
                        with(whose, PHASE, phase.name().toLowerCase(Locale.ROOT)));
            }
        }
        blocked.record(present.blocked, whose);
        queuedMessages.record(present.queuedMessages, whose);
        queuedBytes.record(present.queuedBytes, whose);
        mostMessages.record(present.mostMessages, whose);
        mostBytes.record(present.mostBytes, whose);
        oldest.record(present.oldestNanos / NANOS_PER_SECOND, whose);
    }

    private void observeCounts(Account account, Map<Count, Long> values) {
        Attributes whose = of(account);
        counts.forEach((count, instrument) ->
                instrument.record(values.getOrDefault(count, 0L), whose));
        undelivered.record(
                values.getOrDefault(Count.DROPPED, 0L), with(whose, REASON, "dropped"));
        blockedTime.record(
                values.getOrDefault(Count.BLOCKED_NANOS, 0L) / NANOS_PER_SECOND, whose);
    }

    private void observeEnds() {
        tallies.accounts().forEach((account, tally) ->
                undelivered.record(tally.lost().sum(), with(of(account), REASON, "ended")));
        sessions.ledger().accounts().forEach((account, totals) -> {
            for (CloseReason reason : CloseReason.values()) {
                long ends = totals.ends(reason);
                if (ends > 0) {
                    ended.record(ends, with(of(account), REASON, reason.label()));
                }
            }
        });
    }

    private static void perRoute(ObservableLongMeasurement to, Map<String, Integer> counts) {
        counts.forEach((route, count) -> to.record(count, Attributes.of(ROUTE, route)));
    }

    private static Attributes of(Account account) {
        return Attributes.of(ROUTE, account.route(), SIDE, account.side().label());
    }

    private static Attributes with(
            Attributes attributes, AttributeKey<String> key, String value) {
        return attributes.toBuilder().put(key, value).build();
    }

    /** Ends the observation; what has been collected stays. */
    @Override
    public void close() {
        observing.close();
    }
}
