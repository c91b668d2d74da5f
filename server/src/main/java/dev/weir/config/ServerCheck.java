package dev.weir.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks what settings outside the routes mean together. What was already reported is passed over.
 */
final class ServerCheck {

    private static final JsonPointer ADMIN_HOST = JsonPointer.compile("/admin/host");
    private static final JsonPointer ADMIN_TOKEN = JsonPointer.compile("/admin/token");
    private static final JsonPointer ADMIN_PORT = JsonPointer.compile("/admin/port");
    private static final JsonPointer API = JsonPointer.compile("/api/enabled");
    private static final JsonPointer API_HOST = JsonPointer.compile("/api/host");
    private static final JsonPointer API_PORT = JsonPointer.compile("/api/port");
    private static final JsonPointer API_TOKEN = JsonPointer.compile("/api/token");
    private static final JsonPointer LISTEN_PORT = JsonPointer.compile("/listen/port");
    private static final JsonPointer PING = JsonPointer.compile("/heartbeat/ping");
    private static final JsonPointer PONG = JsonPointer.compile("/heartbeat/pong");
    private static final JsonPointer BUDGET = JsonPointer.compile("/limits/queued-bytes");
    private static final JsonPointer ROUTES = JsonPointer.compile("/routes");
    private static final JsonPointer OUTBOX = JsonPointer.compile("/queue/bytes");

    // By its text: a name that needs a lookup may be loopback today and something else tomorrow.
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|::1|127(\\.(\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])){3}");

    /** What a header carries as it is (RFC 6750 section 2.1), and nobody guesses. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{16,512}");

    private final ConfigTree tree;
    private final Secrets secrets;

    ServerCheck(ConfigTree tree, Secrets secrets) {
        this.tree = tree;
        this.secrets = secrets;
    }

    void check() {
        token();
        adminHost();
        ports();
        if (text(API).filter("on"::equals).isPresent()) {
            api();
        }
        heartbeat();
        budget();
    }

    /** Puts the token in the place of where it is kept. */
    private void token() {
        String setting = text(ADMIN_TOKEN).orElse("");
        if (setting.isEmpty()) {
            return;
        }
        String token;
        try {
            token = secrets.read(setting).strip();
        } catch (IllegalArgumentException e) {
            tree.problem(ADMIN_TOKEN, String.valueOf(e.getMessage()));
            return;
        }
        if (TOKEN.matcher(token).matches()) {
            ((ObjectNode) tree.at(ADMIN_TOKEN.head())).put("token", token);
        } else {
            tree.problem(
                    ADMIN_TOKEN,
                    "must have 16 to 512 letters, digits or -._~+/=, like what"
                            + " \"openssl rand -hex 32\" prints");
        }
    }

    private void adminHost() {
        boolean guarded = tree.isWrong(ADMIN_TOKEN) || !text(ADMIN_TOKEN).orElse("").isEmpty();
        text(ADMIN_HOST)
                .filter(host -> !guarded && !LOOPBACK.matcher(host).matches())
                .ifPresent(
                        host ->
                                tree.problem(
                                        ADMIN_HOST,
                                        "must be a loopback address such as 127.0.0.1, ::1 or"
                                                + " localhost as long as there is no admin.token;"
                                                + " not "
                                                + Printable.quote(host)));
    }

    private void ports() {
        long admin = port(ADMIN_PORT);
        if (admin > 0 && admin == port(LISTEN_PORT)) {
            // Reported at the one that somebody set.
            JsonPointer wrong = tree.isSet(ADMIN_PORT) ? ADMIN_PORT : LISTEN_PORT;
            JsonPointer right = wrong.equals(ADMIN_PORT) ? LISTEN_PORT : ADMIN_PORT;
            tree.problem(wrong, "must differ from " + Keys.dotted(right) + ", " + admin);
        }
    }

    private void api() {
        text(API_TOKEN).flatMap(secrets::problemOf)
                .ifPresent(problem -> tree.problem(API_TOKEN, problem));
        if (text(API_TOKEN).filter(String::isEmpty).isPresent()) {
            text(API_HOST)
                    .filter(host -> !LOOPBACK.matcher(host).matches())
                    .ifPresent(
                            host ->
                                    tree.problem(
                                            API_HOST,
                                            "must be a loopback address as long as there is no"
                                                    + " api.token, not "
                                                    + Printable.quote(host)));
        }
        for (JsonPointer other : new JsonPointer[] {LISTEN_PORT, ADMIN_PORT}) {
            if (port(API_PORT) > 0 && port(API_PORT) == port(other)) {
                tree.problem(
                        API_PORT, "must differ from " + Keys.dotted(other) + ", " + port(other));
            }
        }
    }

    private long port(JsonPointer pointer) {
        return tree.isWrong(pointer) ? 0 : tree.at(pointer).longValue(0);
    }

    private void heartbeat() {
        Optional<Duration> ping = text(PING).map(Units::parseDuration);
        Optional<Duration> pong = text(PONG).map(Units::parseDuration);
        if (ping.isEmpty() || pong.isEmpty() || ping.get().isZero()) {
            return;
        }
        if (pong.get().compareTo(ping.get()) >= 0) {
            String values =
                    ": pong " + Units.format(pong.get()) + ", ping " + Units.format(ping.get());
            if (tree.isSet(PONG)) {
                tree.problem(PONG, "must be shorter than heartbeat.ping" + values);
            } else {
                tree.problem(PING, "must be longer than heartbeat.pong" + values);
            }
        }
    }

    private void budget() {
        Optional<ByteSize> budget = text(BUDGET).map(ByteSize::parse);
        if (budget.isEmpty() || budget.get().bytes() == 0) {
            return;
        }
        for (int i = 0; i < tree.at(ROUTES).size(); i++) {
            JsonPointer outbox = ROUTES.appendIndex(i).append(OUTBOX);
            Optional<ByteSize> bytes = text(outbox).map(ByteSize::parse);
            if (bytes.isPresent() && bytes.get().compareTo(budget.get()) > 0) {
                tree.problem(
                        BUDGET,
                        "must hold at least one outbox: "
                                + Keys.dotted(outbox)
                                + " is "
                                + bytes.get()
                                + ", this is "
                                + budget.get());
            }
        }
    }

    private Optional<String> text(JsonPointer pointer) {
        JsonNode node = tree.at(pointer);
        return node.isString() && !tree.isWrong(pointer)
                ? Optional.of(node.asString())
                : Optional.empty();
    }
}
