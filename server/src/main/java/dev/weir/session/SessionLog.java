package dev.weir.session;

import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pair;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/** What every log line about a session says of it. */
final class SessionLog {

    private SessionLog() {}

    /** {@return that line, with who the session is} */
    static LoggingEventBuilder of(LoggingEventBuilder line, Session session) {
        Identity who = session.identity();
        LoggingEventBuilder told = line.addKeyValue("session", who.id())
                .addKeyValue("side", who.side().label())
                .addKeyValue("route", who.route().name())
                .addKeyValue("key", who.key())
                .addKeyValue("remote", who.address())
                .addKeyValue("traceId", who.traceId());
        if (who.handshake().isValid()) {
            told = told.addKeyValue("spanId", who.handshake().getSpanId());
        }
        Pair pair = session.pair();
        return pair == null ? told : told.addKeyValue("pair", pair.id());
    }

    /** Writes the one line about the end of a session. */
    static void ended(Logger log, Session session) {
        End end = session.end();
        if (end == null) {
            return;
        }
        CloseReason reason = end.reason();
        of(log.atLevel(reason.level()), session)
                .addKeyValue("reason", reason.label())
                .addKeyValue("code", end.close().code())
                .addKeyValue("text", end.close().text())
                .addKeyValue("received", session.traffic().received().messages())
                .addKeyValue("sent", session.traffic().sent().messages())
                .addKeyValue("undelivered", session.undelivered())
                .addKeyValue("blockedMillis", session.outbox().blockedNanos() / 1_000_000)
                .log("session ended");
    }
}
