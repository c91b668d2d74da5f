package dev.weir.e2e.faults;

import dev.weir.e2e.seed.RelayProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The changes of one connector's breaker, as the relay logs them. */
record BreakerLog(List<JsonNode> lines) {

    private static final JsonMapper JSON = JsonMapper.shared();

    static BreakerLog of(RelayProcess relay, String connector) throws IOException {
        return new BreakerLog(relay.output().lines()
                .filter(line -> line.startsWith("{") && line.contains("\"to\":"))
                .map(JSON::readTree)
                .filter(line -> line.path("connector").asString().equals(connector))
                .toList());
    }

    /** {@return seconds from then until it first opened; infinite when it never did} */
    double secondsToOpen(Instant since) {
        return lines.stream()
                .filter(line -> line.path("to").asString().equals("open"))
                .map(line -> Instant.parse(line.path("@timestamp").asString()))
                .filter(at -> !at.isBefore(since))
                .findFirst()
                .map(at -> Duration.between(since, at).toMillis() / 1e3)
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** {@return how often it opened} */
    long openings() {
        return lines.stream().filter(line -> line.path("to").asString().equals("open")).count();
    }
}
