package dev.weir.ops.watch;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong, or was.
 *
 * @param id counts up from the start of the process
 * @param since when it was first seen
 * @param seen when it was last seen
 * @param until when it was taken as over; null while it is open
 * @param severity the worst so far
 */
public record Finding(
        long id,
        Kind kind,
        String subject,
        Severity severity,
        Instant since,
        Instant seen,
        @Nullable Instant until,
        Culprit culprit,
        String summary,
        Map<String, Object> evidence) {

    static Finding begun(long id, Sighting first, Instant now) {
        return new Finding(
                id, first.kind(), first.subject(), first.severity(), now, now, null,
                first.culprit(), first.summary(), first.evidence());
    }

    Finding seenAgain(Sighting again, Instant now) {
        Severity worst = severity.compareTo(again.severity()) > 0 ? severity : again.severity();
        return new Finding(
                id, kind, subject, worst, since, now, null,
                again.culprit(), again.summary(), again.evidence());
    }

    Finding ended(Instant now) {
        return new Finding(
                id, kind, subject, severity, since, seen, now, culprit, summary, evidence);
    }
}
