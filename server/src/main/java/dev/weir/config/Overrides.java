package dev.weir.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Settings from outside the file: environment variables, then flags. Their names follow from the
 * schema: {@code WEIR_LISTEN_PORT} is {@code listen.port}, {@code WEIR_ROUTES_0_WAIT} is {@code
 * routes[0].wait}. A list of words is separated by commas.
 */
final class Overrides {

    /** Names the file itself. */
    static final String CONFIG = "WEIR_CONFIG";

    private static final String PREFIX = "WEIR_";

    /**
     * Kubernetes gives every pod variables about each service of its namespace, and nothing stops
     * people from calling the service weir: such a name is no mistake of ours to report.
     */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(
                    "WEIR_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|"
                            + "PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");
    private static final Pattern INDEX = Pattern.compile("(?<=_)\\d{1,6}(?=_)");

    private final ConfigSchema schema;
    private final ConfigTree tree;

    Overrides(ConfigSchema schema, ConfigTree tree) {
        this.schema = schema;
        this.tree = tree;
    }

    /** {@return whether there is a variable that {@link #environment} would look at} */
    static boolean isAnyIn(Map<String, String> environment) {
        return environment.keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    }

    /** Applies all variables that start with {@code WEIR_}; reports those that mean nothing. */
    void environment(Map<String, String> environment) {
        // By number: a second new route can only be added after the first.
        Map<String, String> ordered = new TreeMap<>();
        environment.forEach((name, value) -> ordered.put(padded(name), name));
        for (String name : ordered.values()) {
            String value = environment.getOrDefault(name, "");
            if (name.startsWith(PREFIX) && !name.equals(CONFIG) && !isServiceLink(name, value)) {
                variable(name, value);
            }
        }
    }

    /** Applies a flag of the command line. */
    void flag(Flag flag) {
        JsonPointer pointer = JsonPointer.compile("/" + flag.key().replace('.', '/'));
        tree.set(pointer, value(pointer, flag.value()), Origin.ofFlag(flag.name()));
    }

    private void variable(String name, String value) {
        Origin origin = Origin.ofEnvironment(name);
        Optional<JsonPointer> found =
                find(name.substring(PREFIX.length()), schema.root(), JsonPointer.empty());
        if (found.isEmpty()) {
            String hint = Nearest.hint(name, names(name), "; weir check --schema lists all keys");
            tree.problem(origin, JsonPointer.empty(), "unknown setting" + hint);
            return;
        }
        JsonPointer pointer = found.get();
        if (leavesGap(pointer)) {
            int size = tree.at(pointer.head().head()).size();
            tree.problem(origin, pointer, "the next one to add is number " + size);
            return;
        }
        tree.set(pointer, value(pointer, value), origin);
    }

    private static boolean isServiceLink(String name, String value) {
        return SERVICE_LINK.matcher(name).matches()
                || (name.endsWith("_PORT") && SERVICE_URL.matcher(value).matches());
    }

    private static String padded(String name) {
        return INDEX.matcher(name)
                .replaceAll(index -> String.format("%06d", Integer.valueOf(index.group())));
    }

    /** Words are joined and parted by the same underscore: every way to part them is tried. */
    private Optional<JsonPointer> find(String rest, JsonNode section, JsonPointer at) {
        for (String key : ConfigSchema.keys(section)) {
            String word = Keys.environment(key);
            JsonNode child = schema.property(section, key);
            JsonPointer pointer = at.appendProperty(key);
            if (rest.equals(word) && isLeaf(child)) {
                return Optional.of(pointer);
            }
            if (rest.startsWith(word + "_")) {
                String tail = rest.substring(word.length() + 1);
                Optional<JsonPointer> found = below(tail, child, pointer);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<JsonPointer> below(String rest, JsonNode schemaOfValue, JsonPointer at) {
        if (!ConfigSchema.isList(schemaOfValue)) {
            return find(rest, schemaOfValue, at);
        }
        int end = rest.indexOf('_');
        String index = end < 0 ? "" : rest.substring(0, end);
        return index.matches("0|[1-9]\\d{0,5}")
                ? find(
                        rest.substring(end + 1),
                        schema.items(schemaOfValue),
                        at.appendIndex(Integer.parseInt(index)))
                : Optional.empty();
    }

    private boolean isLeaf(JsonNode schemaOfValue) {
        return ConfigSchema.isList(schemaOfValue)
                ? !ConfigSchema.isSection(schema.items(schemaOfValue))
                : !ConfigSchema.isSection(schemaOfValue)
                        || ConfigSchema.takesText(schemaOfValue);
    }

    /** Whether a list would have to grow by more than one. */
    private boolean leavesGap(JsonPointer pointer) {
        for (JsonPointer p = pointer; !p.matches(); p = p.head()) {
            JsonNode list = tree.at(p.head());
            if (list instanceof ArrayNode && p.last().getMatchingIndex() > list.size()) {
                return true;
            }
        }
        return false;
    }

    private JsonNode value(JsonPointer pointer, String text) {
        JsonNode wanted = schema.of(pointer, tree.root());
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (ConfigSchema.isList(wanted)) {
            ArrayNode items = json.arrayNode();
            for (String item : text.split(",", -1)) {
                if (!item.isBlank()) {
                    items.add(item.strip());
                }
            }
            return items;
        }
        String type = wanted.path("type").stringValue("");
        if (type.equals("integer") && WHOLE_NUMBER.matcher(text).matches()) {
            return json.numberNode(Long.parseLong(text));
        } else if (type.equals("number") && NUMBER.matcher(text).matches()) {
            return json.numberNode(new BigDecimal(text));
        }
        return json.stringNode(text);
    }

    /** {@return all valid names, with the list index of the name that was typed} */
    private List<String> names(String typed) {
        String index = INDEX.matcher(typed).results().map(r -> r.group()).findFirst().orElse("0");
        List<String> names = new ArrayList<>(List.of(CONFIG));
        collect(schema.root(), PREFIX, index, names);
        return names;
    }

    private void collect(JsonNode section, String prefix, String index, List<String> names) {
        for (String key : ConfigSchema.keys(section)) {
            JsonNode child = schema.property(section, key);
            String name = prefix + Keys.environment(key);
            if (isLeaf(child)) {
                names.add(name);
            } else if (ConfigSchema.isList(child)) {
                collect(schema.items(child), name + "_" + index + "_", index, names);
            } else {
                collect(child, name + "_", index, names);
            }
        }
    }
}
