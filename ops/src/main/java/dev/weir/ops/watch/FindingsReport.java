package dev.weir.ops.watch;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The findings as the admin port tells them.
 *
 * @param status {@code ok}, or the worst severity of what is open
 * @param open how many are open
 * @param findings what is open, the worst first; perhaps not all of them
 * @param ended what is over, the last first; perhaps not all of that
 * @param notShown how many more were seen than the board has room for, since the start
 */
public record FindingsReport(
        String status, int open, List<View> findings, List<View> ended, long notShown) {

    /** {@return the same with at most so many findings of either kind} */
    public FindingsReport first(int limit) {
        return new FindingsReport(
                status,
                open,
                findings.stream().limit(limit).toList(),
                ended.stream().limit(limit).toList(),
                notShown);
    }

    /**
     * One finding.
     *
     * @param until null while it is open
     * @param runbook where to read on
     */
    public record View(
            long id,
            String kind,
            String severity,
            Instant since,
            Instant seen,
            @Nullable Instant until,
            String summary,
            Culprit culprit,
            Map<String, Object> evidence,
            String whatToDo,
            String runbook) {

        static View of(Finding finding) {
            return new View(
                    finding.id(),
                    finding.kind().label(),
                    finding.severity().label(),
                    finding.since(),
                    finding.seen(),
                    finding.until(),
                    finding.summary(),
                    finding.culprit(),
                    finding.evidence(),
                    finding.kind().whatToDo(),
                    finding.kind().runbook());
        }
    }
}
