package dev.weir.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was set, before it is known to be valid: a tree of settings that remembers where each was
 * made, and collects what is wrong with it. Confined to the thread that loads the configuration.
 */
final class ConfigTree {

    private final Origin whole;
    private final Map<JsonPointer, Origin> keys = new HashMap<>();
    private final Map<JsonPointer, Origin> values = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private ObjectNode root = JsonNodeFactory.instance.objectNode();

    /**
     * Creates an empty tree.
     *
     * @param whole what is named where no setting can be
     */
    ConfigTree(Origin whole) {
        this.whole = whole;
    }

    ObjectNode root() {
        return root;
    }

    void root(ObjectNode replacement) {
        root = replacement;
    }

    /** {@return the setting, or a missing node} */
    JsonNode at(JsonPointer pointer) {
        return root.at(pointer);
    }

    boolean isSet(JsonPointer pointer) {
        return values.containsKey(pointer);
    }

    void locate(JsonPointer pointer, @Nullable Origin key, Origin value) {
        values.put(pointer, value);
        if (key != null) {
            keys.put(pointer, key);
        }
    }

    /**
     * Makes a setting from outside the file. Where the file has something else than a section on
     * the way, nothing is set: the file's mistake is reported anyway.
     */
    void set(JsonPointer pointer, JsonNode value, Origin origin) {
        JsonPointer parent = pointer.head();
        if (at(parent).isMissingNode()) {
            set(parent, JsonNodeFactory.instance.objectNode(), origin);
        }
        JsonNode section = at(parent);
        String name = pointer.last().getMatchingProperty();
        if (section instanceof ObjectNode object) {
            object.set(name, value);
        } else if (section instanceof ArrayNode array) {
            setItem(array, pointer.last().getMatchingIndex(), value);
        } else {
            return;
        }
        locate(pointer, origin, origin);
    }

    private static void setItem(ArrayNode array, int index, JsonNode value) {
        if (index < array.size()) {
            array.set(index, value);
        } else {
            array.add(value);
        }
    }

    /** Removes a setting, as if it had not been made. */
    void remove(JsonPointer pointer) {
        if (at(pointer.head()) instanceof ObjectNode section) {
            section.remove(pointer.last().getMatchingProperty());
        }
    }

    /** {@return where the value is, or the nearest section around it} */
    Origin origin(JsonPointer pointer) {
        for (JsonPointer p = pointer; p != null; p = p.head()) {
            Origin origin = values.get(p);
            if (origin != null) {
                return origin;
            }
        }
        return whole;
    }

    void problem(JsonPointer pointer, String message) {
        problem(origin(pointer), pointer, message);
    }

    /** Reports a mistake in the name of a setting, not in its value. */
    void problemOfKey(JsonPointer pointer, String message) {
        problem(Optional.ofNullable(keys.get(pointer)).orElse(origin(pointer)), pointer, message);
    }

    void problem(Origin where, JsonPointer pointer, String message) {
        problems.add(new Problem(where, Keys.dotted(pointer), message));
    }

    /** {@return whether a mistake in this setting was reported} */
    boolean isWrong(JsonPointer pointer) {
        String key = Keys.dotted(pointer);
        return problems.stream().anyMatch(problem -> problem.key().equals(key));
    }

    /** {@return whether a mistake in this section or in something of it was reported} */
    boolean isWrongBelow(JsonPointer pointer) {
        String key = Keys.dotted(pointer);
        return problems.stream()
                .map(Problem::key)
                .anyMatch(wrong -> wrong.equals(key) || wrong.startsWith(key + "."));
    }

    /** {@return what was reported, by place} */
    List<Problem> problems() {
        return problems.stream().distinct().sorted(Problem.ORDER).toList();
    }

    /**
     * Ends the loading if anything was reported.
     *
     * @throws ConfigException with all of it
     */
    void throwIfWrong() throws ConfigException {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems());
        }
    }
}
