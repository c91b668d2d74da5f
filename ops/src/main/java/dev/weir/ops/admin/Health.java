package dev.weir.ops.admin;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The named checks behind {@code /readyz} (may this node get new traffic?) and {@code /livez}
 * (should this process be restarted?). Checks may be registered at any time from any thread; they
 * run on the thread of each request, so they look at state and do not wait.
 */
public final class Health {

    private static final Logger log = LoggerFactory.getLogger(Health.class);

    private final Map<String, Supplier<Check>> readiness = new ConcurrentSkipListMap<>();
    private final Map<String, Supplier<Check>> liveness = new ConcurrentSkipListMap<>();

    /** The answer of a probe. */
    record Report(String status, List<NamedCheck> checks) {}

    /** One line of a report. */
    record NamedCheck(String name, boolean passed, String detail) {}

    /** Registers a readiness check; a second one of the same name is refused. */
    public void ready(String name, Supplier<Check> check) {
        register(readiness, name, check);
    }

    /** Registers a liveness check; a second one of the same name is refused. */
    public void live(String name, Supplier<Check> check) {
        register(liveness, name, check);
    }

    /** 200 when every readiness check passes, else 503. Both list the checks. */
    Answer readyz() {
        return answer(readiness, "ready", "not ready");
    }

    /** 200 when every liveness check passes, else 503. Both list the checks. */
    Answer livez() {
        return answer(liveness, "live", "not live");
    }

    private static void register(
            Map<String, Supplier<Check>> checks, String name, Supplier<Check> check) {
        if (checks.putIfAbsent(name, check) != null) {
            throw new IllegalArgumentException("there is a check of this name already: " + name);
        }
    }

    private static Answer answer(
            Map<String, Supplier<Check>> checks, String passed, String failed) {
        List<NamedCheck> results = checks.entrySet().stream()
                .map(entry -> run(entry.getKey(), entry.getValue()))
                .toList();
        boolean all = results.stream().allMatch(NamedCheck::passed);
        return new Answer(all ? 200 : 503, new Report(all ? passed : failed, results));
    }

    private static NamedCheck run(String name, Supplier<Check> check) {
        try {
            Check outcome = check.get();
            return new NamedCheck(name, outcome.passed(), outcome.detail());
        } catch (RuntimeException e) {
            log.atError().addKeyValue("check", name).setCause(e).log("a health check threw");
            return new NamedCheck(name, false, "the check itself failed, see the log");
        }
    }
}
