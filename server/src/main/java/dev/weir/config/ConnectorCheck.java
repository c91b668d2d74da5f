package dev.weir.config;

import dev.weir.connectors.Connector;
import dev.weir.connectors.Deadlines;
import dev.weir.connectors.Environment;
import dev.weir.connectors.Setting;
import dev.weir.connectors.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks what settings of the connectors mean together, and that routes name ones that are there.
 * What was already reported is passed over.
 */
final class ConnectorCheck {

    private static final JsonPointer CONNECTORS = JsonPointer.compile("/connectors");
    private static final JsonPointer ROUTES = JsonPointer.compile("/routes");

    private final ConfigTree tree;
    private final ConnectorTypes types = ConnectorTypes.installed();
    private final Secrets secrets;

    /** Where each name was given. */
    private final Map<String, JsonPointer> names = new LinkedHashMap<>();

    ConnectorCheck(ConfigTree tree, Secrets secrets) {
        this.tree = tree;
        this.secrets = secrets;
    }

    void check() {
        for (int i = 0; i < tree.at(CONNECTORS).size(); i++) {
            JsonPointer connector = CONNECTORS.appendIndex(i);
            text(connector.appendProperty("name"))
                    .ifPresent(name -> name(name, connector.appendProperty("name")));
            connector(connector);
        }
        for (int i = 0; i < tree.at(ROUTES).size(); i++) {
            ownConnector(ROUTES.appendIndex(i));
        }
        for (int i = 0; i < tree.at(ROUTES).size(); i++) {
            route(ROUTES.appendIndex(i));
        }
    }

    private void name(String name, JsonPointer pointer) {
        JsonPointer first = names.putIfAbsent(name, pointer);
        if (first != null) {
            tree.problem(
                    pointer,
                    Printable.quote(name) + " is also the name of "
                            + Keys.dotted(first.head()) + " (" + tree.origin(first) + ")");
        }
    }

    /** A route's own connector has the route's name, unless it has one. */
    private void ownConnector(JsonPointer route) {
        JsonPointer pointer = route.appendProperty("connector");
        if (tree.at(pointer).isObject()) {
            JsonPointer named = pointer.appendProperty("name");
            text(named)
                    .or(() -> text(route.appendProperty("name")))
                    .ifPresent(name -> name(name, tree.isSet(named) ? named : pointer));
            connector(pointer);
        }
    }

    private void connector(JsonPointer pointer) {
        breaker(pointer.appendProperty("breaker"));
        JsonPointer typed = pointer.appendProperty("type");
        Optional<Connector.Provider> provider = text(typed).flatMap(types::find);
        if (provider.isPresent() && tree.at(pointer) instanceof ObjectNode section) {
            JsonPointer concurrency = pointer.appendProperty("concurrency");
            if (!provider.get().concurrent() && tree.at(concurrency).asInt(1) > 1) {
                tree.problem(
                        concurrency,
                        "must be 1: a connector of type " + provider.get().type()
                                + " sends one message after the other");
            }
            if (!tree.isWrongBelow(pointer)) {
                create(provider.get(), section, pointer);
            }
        }
    }

    private void breaker(JsonPointer breaker) {
        JsonPointer minimum = breaker.appendProperty("minimum-calls");
        int size = tree.at(breaker.appendProperty("size")).asInt(0);
        boolean counts = text(breaker.appendProperty("window")).orElse("").equals("count");
        if (counts && size > 0 && tree.at(minimum).asInt(0) > size) {
            String atMost = "must be at most breaker.size, " + size;
            JsonPointer wrong = tree.isSet(minimum) ? minimum : breaker.appendProperty("size");
            tree.problem(
                    wrong,
                    wrong.equals(minimum)
                            ? atMost
                            : "must be at least breaker.minimum-calls, "
                                    + tree.at(minimum).asInt(0));
        }
    }

    /** Connectors do no I/O until they are used: making one is the last check of its settings. */
    private void create(Connector.Provider provider, ObjectNode section, JsonPointer pointer) {
        List<Setting> settings = provider.settings().settings();
        if (!secretsAreThere(settings, pointer)) {
            return;
        }
        Map<String, Object> values =
                secrets.resolve(settings, SettingsBinding.read(settings, section));
        Environment environment = new Environment(
                "check",
                "check",
                Deadlines.defaults(),
                ByteSize.mib(1).bytes(),
                () -> Instant.EPOCH,
                () -> 0);
        try {
            provider.create(Settings.of(provider.settings(), values), environment).close();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            int colon = message.indexOf(':');
            boolean names = colon > 0 && section.has(message.substring(0, colon));
            tree.problem(
                    names ? pointer.appendProperty(message.substring(0, colon)) : pointer,
                    names ? message.substring(colon + 1).strip() : message);
        }
    }

    private boolean secretsAreThere(List<Setting> settings, JsonPointer pointer) {
        boolean all = true;
        for (Setting setting : settings) {
            JsonPointer at = pointer.appendProperty(setting.name());
            Optional<String> problem = setting.type() == Setting.Type.SECRET
                    ? text(at).flatMap(secrets::problemOf)
                    : Optional.empty();
            problem.ifPresent(message -> tree.problem(at, message));
            all &= problem.isEmpty();
        }
        return all;
    }

    private void route(JsonPointer route) {
        JsonPointer connector = route.appendProperty("connector");
        boolean workers = tree.at(route).has("workers");
        boolean service = tree.at(route).has("connector");
        if (workers && service) {
            tree.problem(connector, "a route has either workers or a connector, not both");
        } else if (!workers && !service && tree.at(route).isObject()) {
            tree.problem(route, "the key workers is missing, or a connector instead");
        }
        if (service) {
            known(connector);
            fallback(route);
            dialInOnly(route);
            known(route.appendProperty("dead-letter"));
        } else {
            connectorOnly(route);
        }
    }

    private void known(JsonPointer pointer) {
        text(pointer)
                .filter(name -> !names.containsKey(name))
                .ifPresent(name -> tree.problem(
                        pointer,
                        "there is no connector " + Printable.quote(name)
                                + Nearest.hint(name, names.keySet(), "")));
    }

    private void fallback(JsonPointer route) {
        JsonPointer fallback = route.appendProperty("fallback");
        JsonPointer whenOpen = route.appendProperty("when-open");
        boolean wanted = text(whenOpen).orElse("").equals("fallback");
        if (wanted && !tree.at(route).has("fallback")) {
            tree.problem(whenOpen, "fallback needs the key fallback, the name of a connector");
        } else if (!wanted && tree.at(route).has("fallback")) {
            tree.problem(fallback, "has no effect without when-open: fallback");
        }
        known(fallback);
        Optional<String> self = text(route.appendProperty("connector"));
        if (self.isPresent() && text(fallback).equals(self)) {
            tree.problem(fallback, "must be another connector than that of the route");
        }
        boolean waits = text(whenOpen).orElse("").equals("wait");
        if (waits && text(route.appendProperty("wait")).orElse("").equals("off")) {
            tree.problem(whenOpen, "wait needs a wait, which is off");
        }
    }

    /** Settings that mean something only where workers dial in. */
    private void dialInOnly(JsonPointer route) {
        Map<String, String> onlyValues = Map.of(
                "assign", "round-robin",
                "on-client-gone", "close");
        onlyValues.forEach((key, value) -> {
            JsonPointer pointer = route.appendProperty(key);
            if (!text(pointer).orElse(value).equals(value)) {
                tree.problem(pointer, "has no meaning with a connector");
            }
        });
        JsonPointer lost = route.appendProperty("on-worker-lost");
        if (text(lost).orElse("").equals("reassign")) {
            tree.problem(lost, "must be close or wait with a connector, not \"reassign\"");
        }
    }

    private void connectorOnly(JsonPointer route) {
        for (String key : List.of("fallback", "dead-letter")) {
            if (tree.at(route).has(key)) {
                tree.problemOfKey(route.appendProperty(key), "has no meaning without a connector");
            }
        }
        JsonPointer whenOpen = route.appendProperty("when-open");
        if (!text(whenOpen).orElse("reject").equals("reject")) {
            tree.problem(whenOpen, "has no meaning without a connector");
        }
        JsonPointer headers = route.appendProperty("forward-headers");
        if (!tree.at(headers).isEmpty()) {
            tree.problem(headers, "has no meaning without a connector");
        }
    }

    private Optional<String> text(JsonPointer pointer) {
        JsonNode node = tree.at(pointer);
        return node.isString() && !tree.isWrong(pointer)
                ? Optional.of(node.asString())
                : Optional.empty();
    }
}
