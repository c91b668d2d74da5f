package dev.weir.config;

import com.networknt.schema.Error;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks each setting by itself against the schema, and says in words what is wrong with it. */
final class SchemaCheck {

    /** What these say about a duration, a size or a path, the checks of this program say better. */
    private static final Set<String> ABOUT_FORM = Set.of("type", "pattern");

    /** Which keys of a connector are unknown is found here: the schema would name good ones too. */
    private static final String UNEVALUATED = "unevaluatedProperties";

    private final ConfigSchema schema;
    private final ConfigTree tree;

    SchemaCheck(ConfigSchema schema, ConfigTree tree) {
        this.schema = schema;
        this.tree = tree;
    }

    /** A section of which every line is commented out is a section without settings. */
    void dropEmptySections() {
        dropEmptySections(tree.root(), JsonPointer.empty());
    }

    void check() {
        for (Error error : schema.violations(tree.root())) {
            JsonPointer pointer = JsonPointer.compile(error.getInstanceLocation().toString());
            if (!error.getKeyword().equals(UNEVALUATED)) {
                report(error, pointer, of(pointer));
            }
        }
        checkUnits(tree.root(), JsonPointer.empty());
    }

    private JsonNode of(JsonPointer pointer) {
        return schema.of(pointer, tree.root());
    }

    private void dropEmptySections(JsonNode node, JsonPointer at) {
        if (node instanceof ObjectNode section) {
            for (String key : List.copyOf(section.propertyNames())) {
                JsonPointer pointer = at.appendProperty(key);
                if (section.path(key).isNull() && ConfigSchema.isSection(of(pointer))) {
                    section.remove(key);
                }
                dropEmptySections(section.path(key), pointer);
            }
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                dropEmptySections(list.path(i), at.appendIndex(i));
            }
        }
    }

    private void report(Error error, JsonPointer pointer, JsonNode wanted) {
        if (wanted.has("x-type") && ABOUT_FORM.contains(error.getKeyword())) {
            return;
        }
        JsonNode found = tree.at(pointer);
        switch (error.getKeyword()) {
            case "additionalProperties" -> unknown(pointer, error.getProperty(), wanted);
            case "required" ->
                    tree.problem(pointer, "the key " + error.getProperty() + " is missing");
            case "type" -> tree.problem(pointer, "must be " + kind(wanted) + not(found, wanted));
            case "enum" -> tree.problem(pointer, notOneOf(found, wanted));
            case "pattern" -> tree.problem(pointer, "must be " + hint(wanted) + not(found, wanted));
            case "minimum", "maximum" ->
                    tree.problem(pointer, "must be " + range(wanted) + not(found, wanted));
            case "maxLength" ->
                    tree.problem(
                            pointer,
                            "must have at most " + wanted.path("maxLength") + " characters");
            case "minItems" ->
                    tree.problem(
                            pointer, "must have at least " + wanted.path("minItems") + " item");
            case "maxItems" ->
                    tree.problem(
                            pointer, "must have at most " + wanted.path("maxItems") + " items");
            case "uniqueItems" -> tree.problem(pointer, "has the same item twice");
            default -> tree.problem(pointer, Printable.escape(error.getMessage()));
        }
    }

    private void unknownKeys(ObjectNode section, JsonPointer at, JsonNode wanted) {
        List<String> keys = ConfigSchema.keys(wanted);
        section.propertyNames().stream()
                .filter(key -> !keys.contains(key))
                .forEach(key -> unknown(at, key, wanted));
    }

    private void unknown(JsonPointer section, String key, JsonNode wanted) {
        List<String> keys = ConfigSchema.keys(wanted);
        String hint = Nearest.hint(key, keys, "; the keys here are " + String.join(", ", keys));
        tree.problemOfKey(section.appendProperty(key), "unknown key" + hint);
    }

    private static String notOneOf(JsonNode found, JsonNode wanted) {
        List<String> words = ConfigSchema.texts(wanted.path("enum"));
        String hint = found.isString() ? Nearest.hint(found.asString(), words, "") : "";
        return "must be " + Printable.or(words) + not(found, wanted) + hint;
    }

    private static String kind(JsonNode wanted) {
        return switch (wanted.path("type").stringValue("")) {
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "string" -> "a text";
            case "array" -> "a list";
            case "object" -> "a section with keys";
            default -> wanted.path("x-hint").asString();
        };
    }

    private static String hint(JsonNode wanted) {
        return wanted.path("x-hint").stringValue("like " + wanted.path("pattern").asString());
    }

    private static String range(JsonNode wanted) {
        return "from " + wanted.path("minimum") + " to " + wanted.path("maximum");
    }

    /** {@return what was found instead, unless it is a secret} */
    private static String not(JsonNode found, JsonNode wanted) {
        if (ConfigSchema.isSecret(wanted)) {
            return "";
        }
        return switch (found.getNodeType()) {
            case STRING -> ", not " + Printable.quote(found.asString());
            case NUMBER, BOOLEAN -> ", not " + Printable.escape(found.asString());
            case NULL -> ", not empty";
            case ARRAY -> ", not a list";
            default -> ", not a section";
        };
    }

    private void checkUnits(JsonNode node, JsonPointer at) {
        JsonNode wanted = of(at);
        if (node instanceof ObjectNode section) {
            if (wanted.has(UNEVALUATED)) {
                unknownKeys(section, at, wanted);
            }
            section.propertyNames()
                    .forEach(key -> checkUnits(section.path(key), at.appendProperty(key)));
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                checkUnits(list.path(i), at.appendIndex(i));
            }
        }
        switch (wanted.path("x-type").stringValue("")) {
            case "duration", "size" -> amount(node, at, wanted);
            case "path" -> path(node, at, wanted);
            default -> {}
        }
    }

    private void path(JsonNode node, JsonPointer at, JsonNode wanted) {
        if (!node.isString()) {
            tree.problem(at, "must be a path" + not(node, wanted));
            return;
        }
        try {
            PathTemplate.parse(node.asString());
        } catch (IllegalArgumentException e) {
            tree.problem(at, e.getMessage() + not(node, wanted));
        }
    }

    private void amount(JsonNode node, JsonPointer at, JsonNode wanted) {
        String word = wanted.path("x-word").stringValue("");
        String text = node.isString() ? node.asString() : "";
        if (!word.isEmpty() && text.equals(word)) {
            return;
        }
        OptionalLong amount = amount(text, wanted);
        if (amount.isEmpty()) {
            String examples = isDuration(wanted) ? Units.DURATIONS : Units.SIZES;
            String orWord = word.isEmpty() ? "" : ", or " + word;
            tree.problem(at, examples + orWord + not(node, wanted));
            return;
        }
        long least = amount(wanted.path("x-minimum").stringValue(""), wanted).orElse(0);
        long most = amount(wanted.path("x-maximum").stringValue(""), wanted).orElse(ByteSize.MAX);
        if (amount.getAsLong() < least || amount.getAsLong() > most) {
            tree.problem(at, "must be " + bounds(wanted) + not(node, wanted));
        }
    }

    private static OptionalLong amount(String text, JsonNode wanted) {
        return isDuration(wanted) ? Units.millis(text) : Units.bytes(text);
    }

    private static boolean isDuration(JsonNode wanted) {
        return wanted.path("x-type").stringValue("").equals("duration");
    }

    private static String bounds(JsonNode wanted) {
        String least = wanted.path("x-minimum").stringValue("");
        String most = wanted.path("x-maximum").stringValue("");
        if (least.isEmpty()) {
            return "at most " + most;
        }
        return most.isEmpty() ? "at least " + least : "from " + least + " to " + most;
    }
}
