package dev.weir.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Checks what settings of the routes mean together. What is missing or was already reported is
 * passed over.
 */
final class RouteCheck {

    private static final JsonPointer ROUTES = JsonPointer.compile("/routes");

    private final ConfigTree tree;

    private record Path(JsonPointer pointer, PathTemplate template) {}

    RouteCheck(ConfigTree tree) {
        this.tree = tree;
    }

    void check() {
        Map<String, JsonPointer> names = new HashMap<>();
        List<Path> paths = new ArrayList<>();
        for (int i = 0; i < tree.at(ROUTES).size(); i++) {
            JsonPointer route = ROUTES.appendIndex(i);
            name(route, names);
            sides(route, paths);
            message(route);
            duplicate(route);
        }
    }

    private void name(JsonPointer route, Map<String, JsonPointer> names) {
        JsonPointer pointer = route.appendProperty("name");
        Optional<String> name = text(pointer);
        if (name.isPresent()) {
            JsonPointer first = names.putIfAbsent(name.get(), pointer);
            if (first != null) {
                String quoted = Printable.quote(name.get());
                tree.problem(pointer, quoted + " is also the name of " + place(first.head()));
            }
        }
    }

    private void sides(JsonPointer route, List<Path> paths) {
        Optional<Path> clients = path(route.appendProperty("clients"));
        Optional<Path> workers = path(route.appendProperty("workers"));
        if (clients.isPresent() && workers.isPresent()) {
            variables(clients.get(), workers.get());
        }
        clients.ifPresent(path -> conflicts(path, paths));
        workers.ifPresent(path -> conflicts(path, paths));
    }

    /** The order may differ: the key is made by name. */
    private void variables(Path clients, Path workers) {
        Set<String> ofClients = new TreeSet<>(clients.template.variables());
        Set<String> ofWorkers = new TreeSet<>(workers.template.variables());
        if (!ofClients.equals(ofWorkers)) {
            tree.problem(
                    workers.pointer,
                    "must have the same variables as clients: "
                            + listed(ofClients)
                            + ", not "
                            + listed(ofWorkers));
        }
    }

    private static String listed(Set<String> variables) {
        return variables.isEmpty() ? "none" : "{" + String.join("}, {", variables) + "}";
    }

    private void conflicts(Path path, List<Path> earlier) {
        for (Path other : earlier) {
            if (path.template.conflictsWith(other.template)) {
                tree.problem(
                        path.pointer,
                        path.template
                                + " matches the same requests as "
                                + other.template
                                + " of "
                                + place(other.pointer));
                break;
            }
        }
        earlier.add(path);
    }

    private void message(JsonPointer route) {
        JsonPointer message = route.appendProperty("message");
        JsonPointer cutThrough = message.appendProperty("cut-through");
        Optional<ByteSize> pieces = size(cutThrough);
        Optional<ByteSize> limit = size(message.appendProperty("limit"));
        if (pieces.isPresent() && limit.isPresent() && pieces.get().compareTo(limit.get()) > 0) {
            tree.problem(
                    cutThrough,
                    "must be at most message.limit, " + limit.get() + ", not " + pieces.get());
        }
    }

    /** Who is to take over a key waits until its holder is gone. */
    private void duplicate(JsonPointer route) {
        JsonPointer policy = route.appendProperty("on-duplicate");
        Optional<String> chosen = text(policy).filter(value -> !value.equals("reject"));
        Optional<String> wait = text(route.appendProperty("wait"));
        if (chosen.isPresent() && wait.isPresent() && Units.parseDuration(wait.get()).isZero()) {
            tree.problem(policy, chosen.get() + " needs a wait, which is off");
        }
    }

    private String place(JsonPointer pointer) {
        return Keys.dotted(pointer) + " (" + tree.origin(pointer) + ")";
    }

    private Optional<String> text(JsonPointer pointer) {
        JsonNode node = tree.at(pointer);
        return node.isString() && !tree.isWrong(pointer)
                ? Optional.of(node.asString())
                : Optional.empty();
    }

    private Optional<Path> path(JsonPointer pointer) {
        return text(pointer).map(text -> new Path(pointer, PathTemplate.parse(text)));
    }

    private Optional<ByteSize> size(JsonPointer pointer) {
        return text(pointer).map(ByteSize::parse);
    }
}
