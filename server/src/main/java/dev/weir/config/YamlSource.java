package dev.weir.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads YAML 1.2 into a tree that knows the place of every key and value. It works on the parser's
 * node graph, since object mappers forget positions and let a repeated key silently win.
 */
final class YamlSource {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int DEEPEST = 32;

    /** References make a small file a large tree. */
    private static final int MOST_NODES = 100_000;

    private final String file;
    private final ConfigTree tree;
    private int nodes;

    private YamlSource(String file) {
        this.file = file;
        this.tree = new ConfigTree(Origin.ofFile(file));
    }

    /**
     * Reads one document; an empty one is a tree without settings.
     *
     * @param file how messages name it
     * @throws ConfigException if it is not one; other mistakes are in the tree
     */
    static ConfigTree read(String file, String yaml) throws ConfigException {
        return new YamlSource(file).read(yaml);
    }

    private ConfigTree read(String yaml) throws ConfigException {
        LoadSettings settings = 
                LoadSettings.builder().setLabel(file).setAllowNonScalarKeys(true).build();
        Optional<Node> document;
        try {
            document = new Compose(settings).composeString(yaml);
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            Origin where = mark.map(this::at).orElse(Origin.ofFile(file));
            throw invalid(where, "not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw invalid(Origin.ofFile(file), "not valid YAML: " + e.getMessage());
        }
        if (document.isPresent()) {
            JsonNode json = convert(document.get(), JsonPointer.empty(), 0);
            if (json instanceof ObjectNode object) {
                tree.root(object);
            } else if (!json.isNull()) {
                throw invalid(at(document.get()), "must hold keys such as listen: or routes:");
            }
        }
        return tree;
    }

    private static ConfigException invalid(Origin where, String message) {
        return new ConfigException(List.of(new Problem(where, "", Printable.escape(message))));
    }

    private JsonNode convert(Node node, JsonPointer pointer, int depth) throws ConfigException {
        if (node.isRecursive()) {
            throw invalid(at(node), "refers to itself");
        }
        if (depth > DEEPEST || ++nodes > MOST_NODES) {
            throw invalid(at(node), "is nested too deep");
        }
        return switch (node) {
            case MappingNode mapping -> object(mapping, pointer, depth);
            case SequenceNode sequence -> array(sequence, pointer, depth);
            case ScalarNode scalar -> scalar(scalar);
            default -> throw new IllegalStateException("unknown node " + node.getNodeType());
        };
    }

    private ObjectNode object(MappingNode mapping, JsonPointer pointer, int depth)
            throws ConfigException {
        ObjectNode object = JSON.objectNode();
        Set<String> seen = new HashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode keyNode)) {
                throw invalid(at(entry.getKeyNode()), "a key must be a plain word");
            }
            String name = keyNode.getValue();
            JsonPointer child = pointer.appendProperty(name);
            if (!seen.add(name)) {
                tree.problem(at(keyNode), child, "is set a second time");
                continue;
            }
            tree.locate(child, at(keyNode), at(entry.getValueNode()));
            object.set(name, convert(entry.getValueNode(), child, depth + 1));
        }
        return object;
    }

    private ArrayNode array(SequenceNode sequence, JsonPointer pointer, int depth)
            throws ConfigException {
        ArrayNode array = JSON.arrayNode();
        for (Node item : sequence.getValue()) {
            JsonPointer child = pointer.appendIndex(array.size());
            tree.locate(child, null, at(item));
            array.add(convert(item, child, depth + 1));
        }
        return array;
    }

    private JsonNode scalar(ScalarNode scalar) throws ConfigException {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.STR)) {
            return JSON.stringNode(text);
        } else if (tag.equals(Tag.NULL)) {
            return JSON.nullNode();
        } else if (tag.equals(Tag.BOOL)) {
            return JSON.booleanNode(Boolean.parseBoolean(text));
        } else if (tag.equals(Tag.INT)) {
            return whole(new BigInteger(text));
        } else if (tag.equals(Tag.FLOAT)) {
            return number(text);
        }
        throw invalid(at(scalar), "a tag has no meaning here");
    }

    private static JsonNode whole(BigInteger number) {
        return number.bitLength() < Long.SIZE
                ? JSON.numberNode(number.longValue())
                : JSON.numberNode(number);
    }

    /** YAML's .inf and .nan are no decimals: they stay text, and are refused as such. */
    private static JsonNode number(String text) {
        try {
            return JSON.numberNode(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return JSON.stringNode(text);
        }
    }

    private Origin at(Node node) {
        return node.getStartMark().map(this::at).orElse(Origin.ofFile(file));
    }

    private Origin at(Mark mark) {
        return new Origin(file, mark.getLine() + 1, mark.getColumn() + 1);
    }
}
