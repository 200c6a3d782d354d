package dev.gradwatch.collector.cli;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A value of a YAML file that has parts of its own, and where each stands. All that is not null is a text as it was written, so that {@code 22:00} and
 * {@code no} are what they look like.
 *
 * @param lines by path, such as {@code webhooks[0].kind}
 */
record ConfigTree(JsonNode root, Map<String, Integer> lines) {
    static final ConfigTree NONE = new ConfigTree(MissingNode.getInstance(), Map.of());

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    ConfigTree {
        lines = Map.copyOf(lines);
    }

    /**
     * Reads the value of the key that the parser is at.
     *
     * @throws IllegalArgumentException that names a key which is there twice
     */
    static ConfigTree read(YAMLParser parser, String path) throws IOException {
        Map<String, Integer> lines = new HashMap<>();
        lines.put(path, parser.currentTokenLocation().getLineNr());
        parser.nextToken();
        return new ConfigTree(node(parser, path, lines), lines);
    }

    private static JsonNode node(YAMLParser parser, String path, Map<String, Integer> lines) throws IOException {
        lines.putIfAbsent(path, parser.currentTokenLocation().getLineNr());
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            ObjectNode object = NODES.objectNode();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                String its = path + "." + key;
                if (object.has(key)) {
                    throw new IllegalArgumentException("key " + its + " twice");
                }
                lines.put(its, parser.currentTokenLocation().getLineNr());
                parser.nextToken();
                object.set(key, node(parser, its, lines));
            }
            return object;
        }
        if (token == JsonToken.START_ARRAY) {
            ArrayNode array = NODES.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                array.add(node(parser, path + "[" + array.size() + "]", lines));
            }
            return array;
        }
        return token == null || token == JsonToken.VALUE_NULL ? NODES.nullNode() : NODES.textNode(parser.getText());
    }

    /** Whether an element of the list has such a key. */
    boolean holds(String key) {
        for (JsonNode element : root) {
            if (element.hasNonNull(key)) {
                return true;
            }
        }
        return false;
    }

    /** Of what a path leads to, or of the innermost part of it that is there. */
    int line(String path) {
        String known = path;
        while (!lines.containsKey(known)) {
            int end = Math.max(known.lastIndexOf('.'), known.lastIndexOf('['));
            if (end < 0) {
                return 1;
            }
            known = known.substring(0, end);
        }
        return lines.get(known);
    }
}
