package dev.weir;

import dev.weir.pair.CloseReason;
import dev.weir.queue.BufferPool;
import dev.weir.session.Ledger;
import dev.weir.session.Ledger.Account;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The figures of the relay as OpenTelemetry instruments. All are observed when somebody collects
 * them and cost a message nothing; without an SDK nobody does.
 */
final class Meters implements AutoCloseable {

    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weir.route");
    private static final AttributeKey<String> SIDE = AttributeKey.stringKey("weir.side");
    private static final AttributeKey<String> PHASE = AttributeKey.stringKey("weir.phase");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("weir.reason");

    private final Sessions sessions;
    /** Ends the observation of each instrument. */
    private final List<Runnable> ends;

    Meters(Meter meter, Sessions sessions, Reception reception, BufferPool pool) {
        this.sessions = sessions;
        this.ends = List.of(
                meter.upDownCounterBuilder("weir.sessions")
                        .setDescription("Live sessions")
                        .setUnit("{session}")
                        .buildWithCallback(this::observePhases)
                        ::close,
                meter.counterBuilder("weir.sessions.ended")
                        .setDescription("Sessions that are over, by the reason of their end")
                        .setUnit("{session}")
                        .buildWithCallback(this::observeEnds)
                        ::close,
                meter.counterBuilder("weir.messages.received")
                        .setDescription("Messages that came in")
                        .setUnit("{message}")
                        .buildWithCallback(to -> observeTraffic(
                                to,
                                session -> session.traffic().received().messages(),
                                totals -> totals.received().messages()))
                        ::close,
                meter.counterBuilder("weir.bytes.received")
                        .setDescription("Payload that came in")
                        .setUnit("By")
                        .buildWithCallback(to -> observeTraffic(
                                to,
                                session -> session.traffic().received().bytes(),
                                totals -> totals.received().bytes()))
                        ::close,
                meter.counterBuilder("weir.messages.undelivered")
                        .setDescription("Messages that came in and reached nobody")
                        .setUnit("{message}")
                        .buildWithCallback(to -> observeTraffic(
                                to,
                                Session::undelivered,
                                Ledger.Totals::undelivered))
                        ::close,
                meter.upDownCounterBuilder("weir.waiting.clients")
                        .setDescription("Clients in the waiting room")
                        .setUnit("{session}")
                        .buildWithCallback(to -> perRoute(to, reception.waitingClients()))
                        ::close,
                meter.upDownCounterBuilder("weir.waiting.workers")
                        .setDescription("Workers without a client")
                        .setUnit("{session}")
                        .buildWithCallback(to -> perRoute(to, reception.waitingWorkers()))
                        ::close,
                meter.upDownCounterBuilder("weir.queue.memory.used")
                        .setDescription("Memory in outboxes")
                        .setUnit("By")
                        .buildWithCallback(to -> to.record(pool.used()))
                        ::close,
                meter.upDownCounterBuilder("weir.queue.memory.limit")
                        .setDescription("Memory that outboxes may take")
                        .setUnit("By")
                        .buildWithCallback(to -> to.record(pool.budget()))
                        ::close);
    }

    private void observePhases(ObservableLongMeasurement to) {
        Map<Attributes, Long> counts = new HashMap<>();
        for (Session session : sessions.all()) {
            Account account = Ledger.accountOf(session);
            String phase = session.phase().name().toLowerCase(Locale.ROOT);
            Attributes attributes = of(account).toBuilder().put(PHASE, phase).build();
            counts.merge(attributes, 1L, Long::sum);
        }
        counts.forEach((attributes, count) -> to.record(count, attributes));
    }

    private void observeEnds(ObservableLongMeasurement to) {
        sessions.ledger().accounts().forEach((account, totals) -> {
            for (CloseReason reason : CloseReason.values()) {
                long ends = totals.ends(reason);
                if (ends > 0) {
                    to.record(ends, of(account).toBuilder().put(REASON, reason.label()).build());
                }
            }
        });
    }

    private void observeTraffic(
            ObservableLongMeasurement to,
            ToLongFunction<Session> ofLive,
            ToLongFunction<Ledger.Totals> ofEnded) {
        Map<Account, Long> sums = new HashMap<>();
        for (Session session : sessions.all()) {
            sums.merge(Ledger.accountOf(session), ofLive.applyAsLong(session), Long::sum);
        }
        sessions.ledger().accounts().forEach((account, totals) ->
                sums.merge(account, ofEnded.applyAsLong(totals), Long::sum));
        sums.forEach((account, sum) -> to.record(sum, of(account)));
    }

    private static void perRoute(ObservableLongMeasurement to, Map<String, Integer> counts) {
        counts.forEach((route, count) -> to.record(count, Attributes.of(ROUTE, route)));
    }

    private static Attributes of(Account account) {
        return Attributes.of(ROUTE, account.route(), SIDE, account.side().label());
    }

    @Override
    public void close() {
        ends.forEach(Runnable::run);
    }
}
