package dev.weir.admin;

import static dev.weir.admin.ParameterException.answered;

import dev.weir.config.Units;
import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.admin.Request;
import dev.weir.ops.log.LogLevel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The node as a whole: how it is, its config, its log level, its drain. Thread-safe. */
final class NodeEndpoints {

    private static final int BODY_LIMIT = 1024;
    private static final Duration EXPIRY_MAX = Duration.ofDays(1);
    private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");

    /** The answer of {@code POST /drain}. */
    record DrainView(boolean draining) {}

    private final Sampler sampler;
    private final ConfigState config;
    private final LogLevel logLevel;
    private final Runnable drain;

    NodeEndpoints(Sampler sampler, ConfigState config, LogLevel logLevel, Runnable drain) {
        this.sampler = sampler;
        this.config = config;
        this.logLevel = logLevel;
        this.drain = drain;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/overview", request -> Answer.ok(sampler.overview())),
                new Endpoint("GET", "/history",
                        request -> Answer.ok(sampler.history().view())),
                new Endpoint("GET", "/config", request -> Answer.ok(config.view())),
                new Endpoint("GET", "/log-level", request -> Answer.ok(logLevel.state())),
                new Endpoint("PUT", "/log-level", BODY_LIMIT, answered(this::setLogLevel)),
                new Endpoint("POST", "/drain", this::drain));
    }

    private Answer drain(Request request) {
        drain.run();
        return new Answer(202, new DrainView(true));
    }

    private Answer setLogLevel(Request request) {
        if (!MediaType.is(request.contentType(), "application/json")) {
            return MediaType.unsupported("application/json");
        }
        JsonNode body = json(request);
        for (String key : body.propertyNames()) {
            if (!key.equals("level") && !key.equals("for")) {
                throw new ParameterException("the keys are level and, if you like, for");
            }
        }
        String level = body.path("level").stringValue("");
        if (!LEVELS.contains(level)) {
            throw new ParameterException("level must be one of " + String.join(", ", LEVELS));
        }
        return Answer.ok(logLevel.set(level, expiry(body.path("for"))));
    }

    private static JsonNode json(Request request) {
        byte[] body = new byte[request.body().remaining()];
        request.body().get(body);
        try {
            JsonNode json = JsonMapper.shared().readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException e) {
            throw new ParameterException("the body is not JSON");
        }
        throw new ParameterException("the body must be like {\"level\":\"debug\",\"for\":\"10m\"}");
    }

    private static @Nullable Duration expiry(JsonNode text) {
        if (text.isMissingNode() || text.isNull()) {
            return null;
        }
        try {
            Duration expiry = Units.parseDuration(text.stringValue(""));
            if (expiry.isPositive() && expiry.compareTo(EXPIRY_MAX) <= 0) {
                return expiry;
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException("for: " + e.getMessage());
        }
        throw new ParameterException("for must be a duration of at most 24h");
    }
}
