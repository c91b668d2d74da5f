package dev.weir.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a new configuration means for a node that runs with another.
 *
 * @param inForce the old one, with all of the new one that can change at run time
 * @param needsRestart the other settings that differ, as dotted keys
 */
public record ConfigChange(Config inForce, List<String> needsRestart) {

    /** What a running node takes over; all else is built into its sockets and timers. */
    private static final List<JsonPointer> AT_RUN_TIME = List.of(
            JsonPointer.compile("/admin/token"),
            JsonPointer.compile("/limits"),
            JsonPointer.compile("/drain"),
            JsonPointer.compile("/log/level"),
            JsonPointer.compile("/routes"));

    private static final JsonPointer ROUTES = JsonPointer.compile("/routes");
    private static final JsonPointer ADMIN_HOST = JsonPointer.compile("/admin/host");
    private static final JsonPointer ADMIN_TOKEN = JsonPointer.compile("/admin/token");

    /** Keeps a copy of the keys. */
    public ConfigChange {
        needsRestart = List.copyOf(needsRestart);
    }

    /** {@return what becomes of {@code running} when the file says {@code next}} */
    public static ConfigChange between(Config running, Config next) {
        Binding binding = new Binding();
        ObjectNode inForce = binding.toTree(running);
        ObjectNode wanted = binding.toTree(next);
        // Whether a token is needed was checked for the new host, which is not in force.
        boolean hostStays = inForce.at(ADMIN_HOST).equals(wanted.at(ADMIN_HOST));
        // A route may name a connector that is not there before a restart.
        boolean connectorsStay = running.connectors().equals(next.connectors());
        for (JsonPointer pointer : AT_RUN_TIME) {
            if ((hostStays || !pointer.equals(ADMIN_TOKEN))
                    && (connectorsStay || !pointer.equals(ROUTES))) {
                ((ObjectNode) inForce.at(pointer.head()))
                        .set(pointer.last().getMatchingProperty(), wanted.at(pointer));
            }
        }
        List<String> differing = new ArrayList<>();
        compare(inForce, wanted, JsonPointer.empty(), differing);
        return new ConfigChange(binding.toConfig(inForce), differing);
    }

    private static void compare(JsonNode a, JsonNode b, JsonPointer at, List<String> differing) {
        if (a instanceof ObjectNode left && b instanceof ObjectNode right) {
            Set<String> keys = new TreeSet<>(left.propertyNames());
            keys.addAll(right.propertyNames());
            for (String key : keys) {
                compare(left.path(key), right.path(key), at.appendProperty(key), differing);
            }
        } else if (!a.equals(b)) {
            differing.add(Keys.dotted(at));
        }
    }
}
