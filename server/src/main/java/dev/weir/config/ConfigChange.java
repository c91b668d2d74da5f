package dev.weir.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a new configuration means for a node that runs with another.
 *
 * <p>Settings are named by dotted keys, those of a route or a connector by its name: {@code
 * routes[orders].wait}. The key of a whole one, {@code routes[orders]}, says that it is new or gone.
 *
 * @param inForce the old one, with all of the new one that can change at run time
 * @param applied what of the old one has changed
 * @param needsRestart what the new one has otherwise than is in force
 */
public record ConfigChange(Config inForce, List<String> applied, List<String> needsRestart) {

    /** What a running node takes over; all else is built into its sockets and timers. */
    private static final List<JsonPointer> AT_RUN_TIME = List.of(
            JsonPointer.compile("/admin/token"),
            JsonPointer.compile("/limits"),
            JsonPointer.compile("/drain"),
            JsonPointer.compile("/log/level"),
            JsonPointer.compile("/routes"));

    private static final JsonPointer ADMIN_HOST = JsonPointer.compile("/admin/host");
    private static final JsonPointer ADMIN_TOKEN = JsonPointer.compile("/admin/token");
    private static final String CONNECTORS = "connectors";
    private static final String NAME = "name";

    /** Keeps copies of the keys. */
    public ConfigChange {
        applied = List.copyOf(applied);
        needsRestart = List.copyOf(needsRestart);
    }

    /** {@return what becomes of {@code running} when the file says {@code next}} */
    public static ConfigChange between(Config running, Config next) {
        Binding binding = new Binding();
        ObjectNode before = binding.toTree(running);
        ObjectNode inForce = binding.toTree(running);
        ObjectNode wanted = binding.toTree(next);
        // Whether a token is needed was checked for the new host, which is not in force.
        boolean hostStays = inForce.at(ADMIN_HOST).equals(wanted.at(ADMIN_HOST));
        for (JsonPointer pointer : AT_RUN_TIME) {
            if (hostStays || !pointer.equals(ADMIN_TOKEN)) {
                ((ObjectNode) inForce.at(pointer.head()))
                        .set(pointer.last().getMatchingProperty(), wanted.at(pointer));
            }
        }
        addConnectors(inForce, wanted);
        return new ConfigChange(
                binding.toConfig(inForce),
                differences(before, inForce),
                differences(inForce, wanted));
    }

    /**
     * New connectors are added, for a route may name them. Those that run stay as they are, for
     * somebody may be talking to them.
     */
    private static void addConnectors(ObjectNode inForce, ObjectNode wanted) {
        Map<String, JsonNode> all = byName(inForce.path(CONNECTORS));
        byName(wanted.path(CONNECTORS)).forEach(all::putIfAbsent);
        ArrayNode connectors = inForce.putArray(CONNECTORS);
        all.values().forEach(connectors::add);
    }

    private static Map<String, JsonNode> byName(JsonNode list) {
        Map<String, JsonNode> named = new LinkedHashMap<>();
        list.forEach(item -> named.put(item.path(NAME).asString(), item));
        return named;
    }

    private static List<String> differences(JsonNode a, JsonNode b) {
        List<String> keys = new ArrayList<>();
        compare(a, b, "", keys);
        return keys;
    }

    private static void compare(JsonNode a, JsonNode b, String at, List<String> differing) {
        if (a instanceof ObjectNode left && b instanceof ObjectNode right) {
            Set<String> keys = new TreeSet<>(left.propertyNames());
            keys.addAll(right.propertyNames());
            for (String key : keys) {
                String below = (at.isEmpty() ? "" : at + ".") + Printable.escape(key);
                compare(left.path(key), right.path(key), below, differing);
            }
        } else if (isNamed(a) && isNamed(b)) {
            Map<String, JsonNode> left = byName(a);
            Map<String, JsonNode> right = byName(b);
            Set<String> names = new TreeSet<>(left.keySet());
            names.addAll(right.keySet());
            if (left.keySet().equals(right.keySet())
                    && !List.copyOf(left.keySet()).equals(List.copyOf(right.keySet()))) {
                differing.add(at); // the order of routes decides where two take the same path
            }
            for (String name : names) {
                compare(
                        left.getOrDefault(name, MissingNode.getInstance()),
                        right.getOrDefault(name, MissingNode.getInstance()),
                        at + "[" + Printable.escape(name) + "]",
                        differing);
            }
        } else if (!a.equals(b)) {
            differing.add(at);
        }
    }

    private static boolean isNamed(JsonNode node) {
        return node instanceof ArrayNode list
                && list.valueStream().allMatch(item -> item.has(NAME));
    }
}
